package rapyd_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/rapyd"
)

// serves answers by method and path. Rapyd's refusals are 400, and what is not there is one.
func serves(at map[string]string) *providertest.Wire {
	w := providertest.Serves(http.StatusBadRequest, at)
	w.Grade = func(text string) int {
		if text == "" || strings.Contains(text, `"ERROR"`) {
			return http.StatusBadRequest
		}
		return http.StatusOK
	}
	return w
}

func open(t testing.TB, s *providertest.Wire, settings map[string]string) (*provider.Client, *providertest.Host) {
	t.Helper()
	account := provider.Account{ID: "a", Provider: "rapyd", Network: "pagoefectivo", Endpoint: "https://rapyd.example",
		Credentials: map[string]string{"access_key": "ak", "secret_key": "sk"}, Secrets: []string{"sk"},
		Settings: map[string]string{"notification_url": "https://shop.example/webhooks/rapyd/a"}}
	for k, v := range settings {
		account.Settings[k] = v
	}
	return providertest.Open(t, rapyd.New, account, s)
}

const (
	listing   = "GET /v1/payment_methods/countries/PE"
	success   = `{"status":{"status":"SUCCESS","error_code":""},"data":`
	oneMethod = success + `[{"type":"pe_pagoefectivo_x","category":"cash","is_refundable":true},{"type":"pe_card","is_refundable":true}]}`
	made      = success + `{"id":"payment_1","merchant_reference_id":"pay_1","amount":120.5,"currency_code":"PEN","status":"ACT","expiration":1795186800,"textual_codes":{"cip":"99001"}}}`
)

func pay() payment.Payment {
	return payment.Payment{ID: "pay_1", Amount: money.New(120_50, money.PEN), ExpiresAt: providertest.Ten().Add(48 * time.Hour),
		Payer: identity.Person{Name: "Ana Ruiz", Email: "ana@buyer.example"}}
}

func TestMethodsAreLookedUpOnceADay(t *testing.T) {
	s := serves(map[string]string{listing: oneMethod, "POST /v1/payments": made})
	client, host := open(t, s, nil)
	for range 2 {
		if _, err := client.CreatePayment(context.Background(), pay()); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Sent) != 3 || !strings.Contains(s.Sent[1].Text, `"type":"pe_pagoefectivo_x"`) || !strings.Contains(s.Sent[1].Text, `"amount":120.5,`) {
		t.Errorf("asked %v with %v", s.Lines(), s.Sent)
	}
	host.Sleep(24 * time.Hour)
	if _, err := client.CreatePayment(context.Background(), pay()); err != nil || len(s.Sent) != 5 {
		t.Errorf("a day later: %v, %v", s.Lines(), err)
	}
}

func TestAMethodThatIsNotThereIsNamedWithWhatIs(t *testing.T) {
	for name, c := range map[string]struct {
		list, method string
		want         []string
	}{
		"none":       {success + `[{"type":"pe_card"}]}`, "", []string{"pagoefectivo in its name", "pe_card", "PE"}},
		"two":        {success + `[{"type":"pe_pagoefectivo_a"},{"type":"pe_pagoefectivo_b"}]}`, "", []string{"2 are", "pe_pagoefectivo_a", "pe_pagoefectivo_b"}},
		"other name": {oneMethod, "pe_cash", []string{"pe_cash", "pe_pagoefectivo_x"}},
	} {
		s := serves(map[string]string{listing: c.list})
		client, _ := open(t, s, map[string]string{"method": c.method})
		_, err := client.CreatePayment(context.Background(), pay())
		if !errors.Is(err, provider.ErrUnsupported) || len(s.Sent) != 1 {
			t.Errorf("%s: %v after %v", name, err, s.Lines())
			continue
		}
		for _, word := range c.want {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %q is not in %v", name, word, err)
			}
		}
	}
	two := success + `[{"type":"pe_pagoefectivo_a"},{"type":"pe_pagoefectivo_b"}]}`
	s := serves(map[string]string{listing: two, "POST /v1/payments": made})
	client, _ := open(t, s, map[string]string{"method": "pe_pagoefectivo_b"})
	if _, err := client.CreatePayment(context.Background(), pay()); err != nil || !strings.Contains(s.Last().Text, `"type":"pe_pagoefectivo_b"`) {
		t.Errorf("the one that is named: %v, %s", err, s.Last().Text)
	}
	s = serves(map[string]string{listing: "<html>"})
	client, _ = open(t, s, nil)
	if _, err := client.CreatePayment(context.Background(), pay()); provider.ClassOf(err) != provider.NotSent {
		t.Errorf("methods that cannot be looked up: %v", err)
	}
}

func back() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original, Payment: "pay_1",
		Amount: money.New(50_05, money.PEN), OriginalTransaction: "payment_1", Reason: "customer_return"}
}

const refunded = success + `{"id":"refund_1","merchant_reference_id":"rf_1","amount":50.05,"currency":"PEN","status":"Pending","updated_at":1795186800}}`

func TestAMethodThatIsNotRefundableIsHeldForAPerson(t *testing.T) {
	s := serves(map[string]string{listing: strings.ReplaceAll(oneMethod, "true", "false")})
	client, _ := open(t, s, nil)
	if o := client.Submit(context.Background(), back()); o.HoldReason != disbursement.HoldManual || len(s.Sent) != 1 {
		t.Errorf("%+v after %v", o, s.Lines())
	}
	s = serves(map[string]string{"POST /v1/refunds": refunded})
	client, _ = open(t, s, nil)
	if o := client.Submit(context.Background(), back()); o.Claim != disbursement.ClaimAccepted {
		t.Errorf("where the look-up fails Rapyd itself is to say: %+v", o)
	}
}

func TestRefundsAreFoundInPages(t *testing.T) {
	full := success + "[" + strings.Repeat(`{"id":"refund_x","merchant_reference_id":"rf_x"},`, 99) + `{"id":"refund_99","merchant_reference_id":"rf_x"}]}`
	s := serves(map[string]string{"GET /v1/refunds": full})
	client, _ := open(t, s, nil)
	d := back()
	d.LastSentAt = providertest.Ten().Add(-24 * time.Hour)
	if o := client.Status(context.Background(), d); o.Claim != disbursement.ClaimUnknown || len(s.Sent) != 10 || !strings.HasSuffix(s.Last().URL.RawQuery, "starting_after=refund_99") {
		t.Errorf("a list that has no end: %+v after %v", o, s.Lines())
	}
	s.At["GET /v1/refunds"] = success + `[{"id":"refund_0","merchant_reference_id":"rf_1","amount":50.05,"currency":"PEN","status":"Rejected","updated_at":1795186800},` +
		`{"id":"refund_1","merchant_reference_id":"rf_1","amount":50.05,"currency":"PEN","status":"Completed","updated_at":1795186800}]}`
	if o := client.Status(context.Background(), d); o.Claim != disbursement.ClaimPaid || o.Reference != "refund_1" {
		t.Errorf("of two the live one counts: %+v", o)
	}
	s.At["GET /v1/refunds"] = success + `[]}`
	if o := client.Status(context.Background(), d); o.Claim != disbursement.ClaimNotFound {
		t.Errorf("a list seen to its end: %+v", o)
	}
	s.At["GET /v1/refunds"] = success + `null}`
	if o := client.Status(context.Background(), d); o.Claim != disbursement.ClaimUnknown {
		t.Errorf("no list: %+v", o)
	}
	d.Reference = "refund_1"
	s.At["GET /v1/refunds/refund_1"] = strings.Replace(refunded, "Pending", "Failed", 1)
	if o := client.Status(context.Background(), d); o.Claim != disbursement.ClaimRejected {
		t.Errorf("by its id: %+v", o)
	}
}

func TestRefundAnswers(t *testing.T) {
	for _, c := range [][2]string{{"rf_1", "rf_2"}, {"50.05", "50.06"}, {"PEN", "USD"}, {"Pending", "pending"}, {`"refund_1"`, `""`},
		{"1795186800", "0"}, {"SUCCESS", "ERROR"}, {"SUCCESS", ""}} {
		s := serves(map[string]string{listing: oneMethod, "POST /v1/refunds": strings.Replace(refunded, c[0], c[1], 1)})
		client, _ := open(t, s, nil)
		if o := client.Submit(context.Background(), back()); o.Claim != disbursement.ClaimUnknown {
			t.Errorf("%v: %+v", c, o)
		}
	}
}

func TestFieldsOfAMethod(t *testing.T) {
	s := serves(map[string]string{listing: oneMethod, "POST /v1/payments": made})
	client, _ := open(t, s, map[string]string{"method_fields": "full_name=name; mail=email"})
	if _, err := client.CreatePayment(context.Background(), pay()); err != nil || !strings.Contains(s.Sent[1].Text, `"fields":{"full_name":"Ana Ruiz","mail":"ana@buyer.example"}`) {
		t.Errorf("%v, %v", s.Last().Text, err)
	}
	client, _ = open(t, s, map[string]string{"method_fields": "doc=document_number"})
	if _, err := client.CreatePayment(context.Background(), pay()); !errors.Is(err, provider.ErrDetails) {
		t.Errorf("%v", err)
	}
	account := client.Account()
	account.Settings["method_fields"] = "doc=shoe_size"
	if _, err := rapyd.New(account, s, nil); err == nil || !strings.Contains(err.Error(), "method_fields") {
		t.Errorf("%v", err)
	}
}

func TestVouchersWithSeveralCodesShowThemAll(t *testing.T) {
	s := serves(map[string]string{listing: oneMethod, "POST /v1/payments": strings.Replace(made, `"cip":"99001"`, `"reference":"77","agreement":"110"`, 1)})
	client, _ := open(t, s, nil)
	if o, err := client.CreatePayment(context.Background(), pay()); err != nil || o.Voucher.Code != "agreement 110, reference 77" {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestRefundEventsInAnySpelling(t *testing.T) {
	client, _ := open(t, serves(nil), nil)
	for _, kind := range []string{"REFUND_COMPLETED", "PAYMENT_REFUND_COMPLETED", "payment_refund_failed", "PAYMENT_REFUND_REJECTED"} {
		facts, err := client.Read(provider.Delivery{ReceivedAt: providertest.Ten(), Body: []byte(`{"id":"wh_1","type":"` + kind +
			`","data":{"id":"refund_1","merchant_reference_id":"rf_1","status":"Completed","updated_at":1795186800}}`)})
		if err != nil || len(facts) != 1 || facts[0].Disbursement.Claim != disbursement.ClaimPaid || facts[0].Disbursement.Evidence != "event:wh_1" {
			t.Errorf("%s: %+v, %v", kind, facts, err)
		}
	}
}

// FuzzWebhook: whatever comes, it is either facts that name something, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"id":"wh_1","type":"PAYMENT_COMPLETED","data":{"id":"payment_1","merchant_reference_id":"pay_1","amount":1,"currency_code":"PEN","status":"CLO","paid_at":1795186800}}`))
	f.Add([]byte(`{"id":"wh_2","type":"REFUND_COMPLETED","data":{"id":"refund_1","merchant_reference_id":"rf_1","status":"Completed","updated_at":1795186800}}`))
	client, _ := open(f, serves(nil), nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		providertest.Reads(t, client, provider.Delivery{Body: body, ReceivedAt: providertest.Ten()}, func(f provider.Fact) bool { return f.Ours != "" && providertest.Tells(f) })
	})
}

func TestAPaymentThatIsNotOnAFullPageMayStillBeThere(t *testing.T) {
	other := `{"id":"payment_x","merchant_reference_id":"pay_x","status":"ACT"}`
	for count, want := range map[int]error{0: provider.ErrNoSuchPayment, 99: provider.ErrNoSuchPayment, 100: nil} {
		list := strings.TrimSuffix(strings.Repeat(other+",", count), ",")
		client, _ := open(t, serves(map[string]string{"GET /v1/payments": success + "[" + list + "]}"}), nil)
		if _, err := client.ReadPayment(context.Background(), pay()); err == nil || errors.Is(err, provider.ErrNoSuchPayment) != (want != nil) {
			t.Errorf("%d others: %v", count, err)
		}
	}
}
