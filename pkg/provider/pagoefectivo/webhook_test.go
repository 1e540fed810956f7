package pagoefectivo_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func delivery(body, signature string) provider.Delivery {
	return provider.Delivery{Body: []byte(body), Header: http.Header{"Pe-Signature": {signature}}, ReceivedAt: providertest.Ten()}
}

// TestTwoSpellingsOfAnAmountAreSigned: the raw bytes, or their compact form with two decimals.
func TestTwoSpellingsOfAnAmountAreSigned(t *testing.T) {
	const (
		compact = `{"eventType":"cip.paid","operationNumber":"1253","data":{"cip":"11546901","currency":"PEN","amount":X}}`
		a2205   = "fc7a1b21627320ea53e87a033df737305f973c46b590610153f39f762472b7ca"
		a225    = "4481a9a21070880ecaf7adaf061fa275f2b40bdf2c393ebfe26f0a1f6d4ab0a3"
		a2250   = "6025d1db70c07627e331076c922fcc786e4d15badd5aa4c9aee4b5cd9a6456d9"
	)
	indented := "{\n  \"eventType\": \"cip.paid\",\n  \"operationNumber\": \"1253\",\n  \"data\": {\n    \"cip\": \"11546901\",\n    \"currency\": \"PEN\",\n    \"amount\": 22.5\n  }\n}"
	with := func(amount string) string { return strings.Replace(compact, "X", amount, 1) }
	client, _ := open(t, serves(500, nil))
	for name, c := range map[string]struct {
		body, signature string
		good            bool
	}{
		"22.05 as sent":                       {with("22.05"), a2205, true},
		"22.5 as sent":                        {with("22.5"), a225, true},
		"22.50 as sent":                       {with("22.50"), a2250, true},
		"22.5 sent, 22.50 signed":             {with("22.5"), a2250, true},
		"indented, compact with 22.50 signed": {indented, a2250, true},
		"22.50 sent, 22.5 signed":             {with("22.50"), a225, false},
		"22.5 sent, 22.05 signed":             {with("22.5"), a2205, false},
		"225 sent, 22.50 signed":              {with("225"), a2250, false},
		"22.500 sent, 22.50 signed":           {with("22.500"), a2250, false},
		"upper case":                          {with("22.05"), strings.ToUpper(a2205), false},
		"no signature":                        {with("22.05"), "", false},
	} {
		err := client.Verify(delivery(c.body, c.signature))
		if (err == nil) != c.good || (err != nil && !errors.Is(err, provider.ErrSignature)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOnlyTheAmountIsRespelt keeps the second spelling from touching texts that look like an amount.
func TestOnlyTheAmountIsRespelt(t *testing.T) {
	client, _ := open(t, serves(500, nil))
	for sent, signed := range map[string]string{
		`{"amount":7}`:                           `{"amount":7.00}`,
		`{"amount":7.5,"x":1.5}`:                 `{"amount":7.50,"x":1.5}`,
		`{"note":"\"amount\":7","a":1}`:          `{"note":"\"amount\":7","a":1}`,
		`{"note":"x","amount":7}`:                `{"note":"x","amount":7.00}`,
		`{"data":[{"amount":0.1},{"amount":3}]}`: `{"data":[{"amount":0.10},{"amount":3.00}]}`,
		`{"amount":1e2}`:                         `{"amount":1e2}`,
		`{"amount":-7}`:                          `{"amount":-7}`,
		`{"amount":"7"}`:                         `{"amount":"7"}`,
		`{"amount":null}`:                        `{"amount":null}`,
	} {
		if err := client.Verify(delivery(" "+sent, provider.Sign("test-secret", []byte(signed)))); err != nil {
			t.Errorf("%s is not respelt %s", sent, signed)
		}
	}
}

func TestEvents(t *testing.T) {
	client, _ := open(t, serves(500, nil))
	paid := `{"eventType":"cip.paid","operationNumber":1253,"data":{"cip":11546901,"currency":"PEN","amount":22.5}}`
	facts, err := client.Read(delivery(paid, ""))
	if err != nil || len(facts) != 1 {
		t.Fatalf("%+v, %v", facts, err)
	}
	f, o := facts[0], facts[0].Payment
	if f.Reference != "11546901" || o.Claim != payment.ClaimPaid || o.Minor != 2250 || o.TransactionID != "1253" || o.Currency != "PEN" ||
		o.Evidence != "cip.paid:11546901:1253" || o.By != "webhook" || !o.At.Equal(providertest.Ten()) {
		t.Errorf("%+v %+v", f, o)
	}
	expired, err := client.Read(delivery(`{"eventType":"cip.expired","data":{"cip":"1","transactionCode":"pay_1"}}`, ""))
	if err != nil || expired[0].Payment.Claim != payment.ClaimExpired || expired[0].Ours != "pay_1" {
		t.Errorf("%+v, %v", expired, err)
	}
	returned, err := client.Read(delivery(`{"eventType":"refund.returned","occurredAt":"2026-11-20T10:00:00.250-05:00","data":{"refundId":"P1","merchantRefundId":"rf_1","currency":"PEN","amount":12.5}}`, ""))
	if err != nil || returned[0].Disbursement.Claim != disbursement.ClaimReturned || returned[0].Disbursement.Amount != 1250 ||
		returned[0].Ours != "rf_1" || returned[0].Disbursement.OccurredAt.Nanosecond() != 250_000_000 {
		t.Errorf("%+v, %v", returned, err)
	}
	for _, body := range []string{
		`{}`, `{"eventType":"cip.paid","operationNumber":"1","data":{"currency":"PEN","amount":1}}`,
		`{"eventType":"cip.paid","data":{"cip":"1","currency":"PEN","amount":1}}`,
		`{"eventType":"cip.paid","operationNumber":"1","data":{"cip":"1","currency":"PEN","amount":0}}`,
		`{"eventType":"cip.paid","operationNumber":"1","data":{"cip":"1","currency":"PEN","amount":0.001}}`,
		`{"eventType":"cip.paid","operationNumber":"1","data":{"cip":"1","currency":"???","amount":1}}`,
		`{"eventType":"refund.paid","data":{"refundId":"P1","currency":"PEN","amount":1}}`,
		`{"eventType":"refund.paid","data":{"refundId":"P1","merchantRefundId":"rf_1","currency":"PEN","amount":"x"}}`,
		`{"eventType":"refund.paid","occurredAt":"hoy","data":{"refundId":"P1","merchantRefundId":"rf_1","currency":"PEN","amount":1}}`,
	} {
		if facts, err := client.Read(delivery(body, "")); !errors.Is(err, provider.ErrMalformed) {
			t.Errorf("%s: %+v, %v", body, facts, err)
		}
	}
}

func TestAcknowledgement(t *testing.T) {
	a := client(t, serves(500, nil)).Acknowledgement()
	if a.ContentType != "application/json" || !strings.Contains(string(a.Body), `"code":"100"`) {
		t.Errorf("%s %s", a.ContentType, a.Body)
	}
}

// FuzzWebhook: whatever comes, it is either facts that name something, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"eventType":"cip.paid","operationNumber":"1253","data":{"cip":"11546901","currency":"PEN","amount":22.5}}`))
	f.Add([]byte(`{"eventType":"refund.paid","data":{"refundId":"P1","merchantRefundId":"rf_1","currency":"PEN","amount":1}}`))
	f.Add([]byte(`{"amount":"\u0022`))
	client, _ := open(f, serves(500, nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := delivery(string(body), provider.Sign("another-key", body))
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, func(f provider.Fact) bool { return f.Reference != "" && providertest.Tells(f) })
	})
}
