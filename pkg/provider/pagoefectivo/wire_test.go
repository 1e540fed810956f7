package pagoefectivo_test

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
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

const (
	tokens = "/v1/authorizations"
	token  = `{"code":"100","message":"Solicitud exitosa.","data":{"token":"tok","codeService":"S","tokenStart":"2026-11-20T10:00:00-05:00","tokenExpires":"2026-11-20T12:00:00-05:00"}}`
)

// serves answers by path with one status, and gives out tokens with 201.
func serves(status int, at map[string]string) *providertest.Wire {
	w := providertest.Serves(status, at)
	if w.At == nil {
		w.At = map[string]string{}
	}
	if w.At[tokens] == "" {
		w.At[tokens] = token
	}
	w.Grade = func(string) int {
		if w.Last().URL.Path == tokens {
			return http.StatusCreated
		}
		return status
	}
	return w
}

// taken counts the tokens that were asked for.
func taken(w *providertest.Wire) int {
	return strings.Count(strings.Join(w.Lines(), " "), "POST "+tokens)
}

func account() provider.Account {
	return provider.Account{ID: "a", Provider: "pagoefectivo", Network: "pagoefectivo", Endpoint: "https://pe.example",
		Credentials: map[string]string{"access_key": "AK_TEST", "secret_key": "SK_TEST", "service_id": "1234"},
		Secrets:     []string{"test-secret"}}
}

func open(t testing.TB, s *providertest.Wire) (*provider.Client, *providertest.Host) {
	t.Helper()
	return providertest.Open(t, pagoefectivo.New, account(), s)
}

func client(t testing.TB, s *providertest.Wire) *provider.Client {
	t.Helper()
	client, _ := open(t, s)
	return client
}

func TestTokenRequestIsHashed(t *testing.T) {
	s := serves(200, map[string]string{"/v1/cips/search": `{"code":100,"data":[]}`})
	adapter, err := pagoefectivo.New(account(), s, providertest.NewHost(time.Date(2024, 1, 2, 8, 4, 5, 0, time.UTC), 1))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = adapter.(provider.PaymentReader).ReadPayment(context.Background(), payment.Payment{Voucher: payment.Voucher{Code: "1"}})
	const want = `{"accessKey":"AK_TEST","idService":1234,"dateRequest":"2024-01-02T03:04:05-05:00",` +
		`"hashString":"5f96c213c3c96900f01f06e82e6a657ac8ea2cbe26ba6e21264a1b084846f250"}`
	if s.Sent[0].Text != want {
		t.Errorf("asked for a token with %s", s.Sent[0].Text)
	}
}

func TestTokenIsKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	s := serves(200, map[string]string{"/v1/cips/search": `{"code":100,"data":[]}`})
	client, host := open(t, s)
	for i, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Hour, 1}, {54*time.Minute + 59*time.Second, 1}, {time.Second, 2}} {
		host.Sleep(step.after)
		_, _ = client.ReadPayment(context.Background(), payment.Payment{Voucher: payment.Voucher{Code: "1"}})
		if got := taken(s); got != step.want {
			t.Errorf("step %d: %d tokens asked for, want %d", i, got, step.want)
		}
	}
}

// TestDocumentsAsPagoEfectivoNamesThem: of the five words of its table two (a birth certificate's, a military one's) have no
// rule to check them by, and go as they came.
func TestDocumentsAsPagoEfectivoNamesThem(t *testing.T) {
	for ours, want := range map[string]string{"DNI": "DNI", "PAS": "PAS", "PASS": "PAS", "PP": "PAS", "PAR": "PAR", "LMI": "LMI", "RUC": "NAN", "CE": "NAN"} {
		s := serves(201, nil)
		p := payment.Payment{ID: "pay_1", Amount: money.New(50_00, money.PEN), ExpiresAt: providertest.Ten().Add(time.Hour),
			Payer: identity.Person{Email: "ana@buyer.example", Phone: "+51999888777", DocumentType: ours, DocumentNumber: "12345678"}}
		_, _ = client(t, s).CreatePayment(context.Background(), p)
		if sent := s.Last().Text; !strings.Contains(sent, `"userDocumentType":"`+want+`"`) {
			t.Errorf("%s: %s", ours, sent)
		}
	}
}

func TestWithoutATokenNothingIsSent(t *testing.T) {
	for _, answer := range []string{"<html>", `{"code":"166","message":"error"}`, `{"code":"100","data":{"token":""}}`} {
		s := serves(200, map[string]string{tokens: answer})
		o := client(t, s).Submit(context.Background(), refund())
		if o.Claim != disbursement.ClaimNotApplied || len(s.Sent) != 1 {
			t.Errorf("%s: %+v after %v", answer, o, s.Lines())
		}
	}
}

func TestARefusedTokenIsNotKept(t *testing.T) {
	s := serves(401, map[string]string{"/api/v1/refunds": `{"code":"TOKEN_EXPIRED"}`})
	client, _ := open(t, s)
	for want := 1; want <= 2; want++ {
		o := client.Submit(context.Background(), refund())
		if o.Claim != disbursement.ClaimNotApplied || taken(s) != want {
			t.Errorf("%+v, %d tokens asked for, want %d", o, taken(s), want)
		}
	}
}

func TestARefusedTokenOfAnyCallIsNotKept(t *testing.T) {
	s := serves(401, map[string]string{"/v1/cips/search": `{"code":"TOKEN_EXPIRED"}`})
	client, _ := open(t, s)
	for want := 1; want <= 2; want++ {
		_, err := client.ReadPayment(context.Background(), payment.Payment{Voucher: payment.Voucher{Code: "1"}})
		if provider.ClassOf(err) != provider.Limited || taken(s) != want {
			t.Errorf("%v, %d tokens asked for, want %d", err, taken(s), want)
		}
	}
}

func TestARefundNeedsItsOperation(t *testing.T) {
	providertest.Lacking(t, func(s *providertest.Wire) *provider.Client { return client(t, s) }, refund, map[string]func(*disbursement.Disbursement){
		"no operation": func(d *disbursement.Disbursement) { d.OriginalTransaction = "" },
	})
}

// TestAnswersAboutAnotherCIP keeps a mix-up from handing a buyer somebody else's voucher.
func TestAnswersAboutAnotherCIP(t *testing.T) {
	const good = `{"code":100,"data":{"cip":2523136,"currency":"PEN","amount":1,"transactionCode":"pay_1","dateExpiry":"2026-11-30T23:59:59-05:00","cipUrl":"https://x"}}`
	for name, c := range map[string]struct {
		old, new string
		good     bool
	}{
		"ours": {"", "", true}, "code as a text": {"100,", `"100",`, true}, "cip as a text": {"2523136", `"2523136"`, true},
		"other reference": {"pay_1", "pay_2", false}, "other amount": {`"amount":1`, `"amount":100`, false},
		"no cip": {"2523136", `""`, false}, "no expiry that can be read": {"2026-11-30", "30/11/2026", false},
	} {
		s := serves(201, map[string]string{"/v1/cips": strings.Replace(good, c.old, c.new, 1)})
		p := payment.Payment{ID: "pay_1", Amount: money.New(100, money.PEN), Payer: identity.Person{Email: "a@b.example", Phone: "999888777"}}
		o, err := client(t, s).CreatePayment(context.Background(), p)
		if (err == nil) != c.good || (c.good && o.Voucher.Code != "2523136") || (!c.good && provider.ClassOf(err) != provider.Unknown) {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
	}
}

func refund() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original,
		Amount: money.New(1250, money.PEN), OriginalTransaction: "1253", Reason: "goodwill"}
}

func TestRefundIsWrittenWithItsDigits(t *testing.T) {
	s := serves(500, nil)
	client(t, s).Submit(context.Background(), refund())
	const want = `{"original_transaction_id":"1253","refund_amount":12.50,"currency":"PEN","reason":"goodwill","merchant_refund_id":"rf_1"}`
	if got := s.Last().Text; got != want {
		t.Errorf("sent %s", got)
	}
}

// TestAnswersAboutAnotherRefund keeps a provider's mix-up from being taken for our refund's fate.
func TestAnswersAboutAnotherRefund(t *testing.T) {
	const good = `{"refund_id":"P1","merchant_refund_id":"rf_1","refund_amount":12.50,"currency":"PEN","status":"PAID","updated_at":"2026-11-20T10:00:00.000-05:00"}`
	providertest.Misfits(t, good, map[disbursement.Claim]map[string][2]string{
		disbursement.ClaimPaid: {
			"ours": {},
			"12.5": {"12.50", "12.5"},
		},
		disbursement.ClaimUnknown: {
			"other id":         {"rf_1", "rf_2"},
			"other amount":     {"12.50", "12.51"},
			"hundredfold":      {"12.50", "1250"},
			"other currency":   {"PEN", "USD"},
			"other status":     {"PAID", "PAYED"},
			"no reference":     {`"P1"`, `""`},
			"unreadable time":  {"2026-11-20T10", "20/11/2026 10"},
			"three decimals":   {"12.50", "12.501"},
			"exponent":         {"12.50", "1.25e1"},
			"negative":         {"12.50", "-12.50"},
			"lower-case words": {`"PAID"`, `"paid"`},
		},
	}, func(answer string) disbursement.Claim {
		return client(t, serves(201, map[string]string{"/api/v1/refunds": answer})).Submit(context.Background(), refund()).Claim
	})
}

func TestSearchReadsNamesAndDates(t *testing.T) {
	const never = "1900-01-01T00:00:00-05:00"
	for name, c := range map[string]struct {
		cip, number, word, paid, operation string
		want                               payment.Claim
		class                              provider.Class
	}{
		"pending":                 {cip: `2523136`, number: `22`, word: "Generado.", paid: never, want: payment.ClaimPending},
		"cip as a text":           {cip: `"2523136"`, number: `"22"`, word: "Generado", paid: never, want: payment.ClaimPending},
		"expired":                 {cip: `2523136`, number: `21`, word: "Expirado", paid: never, want: payment.ClaimExpired},
		"removed":                 {cip: `2523136`, number: `25`, word: "Eliminado", paid: never, want: payment.ClaimCancelled},
		"paid":                    {cip: `2523136`, number: `23`, word: "Cancelado.", paid: "2026-11-20T09:30:00-05:00", operation: "1253", want: payment.ClaimPaid},
		"paid by the date alone":  {cip: `2523136`, number: `77`, word: "Nuevo", paid: "2026-11-20 09:30:00-05:00", operation: "1253", want: payment.ClaimPaid},
		"paid by the name alone":  {cip: `2523136`, number: `23`, word: "Cancelado", paid: never, operation: "1253", want: payment.ClaimPaid},
		"paid without operation":  {cip: `2523136`, number: `23`, word: "Cancelado", paid: "2026-11-20T09:30:00-05:00", class: provider.Unknown},
		"unknown is never unpaid": {cip: `2523136`, number: `24`, word: "Extornado", paid: never, class: provider.Unknown},
		"number without a name":   {cip: `2523136`, number: `22`, word: "", paid: never, class: provider.Unknown},
		"unreadable date":         {cip: `2523136`, number: `23`, word: "Cancelado", paid: "hoy", operation: "1253", class: provider.Unknown},
	} {
		body := `{"code":100,"message":"Solicitud exitosa.","data":[{"cip":` + c.cip + `,"transactionCode":"pay_1","amount":22.5,"currency":"PEN",
			"status":` + c.number + `,"statusName":"` + c.word + `","datePayment":"` + c.paid + `","dateRemoval":"` + never + `","operationNumber":"` + c.operation + `"}]}`
		s := serves(200, map[string]string{"/v1/cips/search": body})
		o, err := client(t, s).ReadPayment(context.Background(),
			payment.Payment{ID: "pay_1", Amount: money.New(22_50, money.PEN), Voucher: payment.Voucher{Code: "2523136"}})
		if o.Claim != c.want || (err != nil) != (c.class != "") || (err != nil && provider.ClassOf(err) != c.class) {
			t.Errorf("%s: %+v, %v", name, o, err)
		}
		if c.want == payment.ClaimPaid && (o.Minor != 2250 || o.TransactionID != "1253") {
			t.Errorf("%s: %d by %q", name, o.Minor, o.TransactionID)
		}
	}
}

func TestBuyersWithoutContactNeedTheMerchants(t *testing.T) {
	s := serves(201, nil)
	_, err := client(t, s).CreatePayment(context.Background(),
		payment.Payment{ID: "pay_1", Amount: money.New(100, money.PEN)})
	if !errors.Is(err, provider.ErrDetails) || len(s.Sent) != 0 {
		t.Errorf("%v after %v", err, s.Lines())
	}
}

// TestStandingsOfARefund: every word of the contract, and none other.
func TestStandingsOfARefund(t *testing.T) {
	d := refund()
	for status, want := range map[string]disbursement.Claim{"ACCEPTED": disbursement.ClaimAccepted, "PAID": disbursement.ClaimPaid,
		"REJECTED": disbursement.ClaimRejected, "RETURNED": disbursement.ClaimReturned, "CANCELLED": disbursement.ClaimVoided,
		"": disbursement.ClaimUnknown, "paid": disbursement.ClaimUnknown} {
		s := serves(200, map[string]string{"/api/v1/refunds/" + d.ID: `{"refund_id":"PER-1","merchant_refund_id":"` + d.ID + `","refund_amount":` +
			money.FormatMinor(d.Amount.Minor(), 2) + `,"currency":"` + string(d.Amount.Currency()) + `","status":"` + status + `","updated_at":"2026-11-20T10:00:00-05:00"}`})
		if o := client(t, s).Status(context.Background(), d); o.Claim != want {
			t.Errorf("%q is %s, want %s: %+v", status, o.Claim, want, o)
		}
	}
}
