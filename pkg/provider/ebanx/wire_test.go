package ebanx_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/ebanx"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func open(t testing.TB, s *providertest.Wire, settings map[string]string) *provider.Client {
	t.Helper()
	account := provider.Account{ID: "a", Provider: "ebanx", Network: "efecty", Endpoint: "https://ebanx.example",
		Credentials: map[string]string{"integration_key": "k"}, Secrets: []string{"hook-token"}, Settings: settings}
	client, _ := providertest.Open(t, ebanx.New, account, s)
	return client
}

const refundFields = `"id":"21426","merchant_refund_code":"rf_1","request_date":"2026-11-20 10:00:00","amount_ext":"500.50"`

func back() disbursement.Disbursement {
	return disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Route: disbursement.Original, Payment: "pay_1",
		Amount: money.New(500_50, money.COP), OriginalTransaction: "5938aa", Reason: "customer_return"}
}

func TestRefundStatuses(t *testing.T) {
	for name, c := range map[string]struct {
		fields string
		want   disbursement.Claim
		at     string
	}{
		"requested":                {`"status":"RE"`, disbursement.ClaimAccepted, "10:00:00"},
		"pending":                  {`"status":"PE","pending_date":"2026-11-20 10:05:00"`, disbursement.ClaimAccepted, "10:05:00"},
		"confirmed":                {`"status":"CO","confirm_date":"2026-11-20 11:00:00"`, disbursement.ClaimPaid, "11:00:00"},
		"cancelled":                {`"status":"CA","cancel_date":"2026-11-20 12:00:00"`, disbursement.ClaimVoided, "12:00:00"},
		"cancelled after it":       {`"status":"CA","confirm_date":"2026-11-20 11:00:00","cancel_date":"2026-11-20 12:00:00"`, disbursement.ClaimReturned, "12:00:00"},
		"a word nobody documented": {`"status":"XX"`, disbursement.ClaimUnknown, ""},
		"no status":                {`"status":null`, disbursement.ClaimUnknown, ""},
		"a date that is none":      {`"status":"CO","confirm_date":"20/11/2026"`, disbursement.ClaimUnknown, ""},
	} {
		s := providertest.Says(200, `{"status":"SUCCESS","operation":"refund","payment":{"hash":"5938aa","currency_ext":"COP"},"refund":{`+refundFields+`,`+c.fields+`}}`)
		o := open(t, s, nil).Submit(context.Background(), back())
		if o.Claim != c.want || (c.at != "" && o.OccurredAt.Add(-5*time.Hour).Format(time.TimeOnly) != c.at) || (c.at != "" && o.Reference != "21426") {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestRefundGoesAsAFormAndAsAQueryWhereTheAccountSaysSo(t *testing.T) {
	want := url.Values{"operation": {"request"}, "hash": {"5938aa"}, "amount": {"500.50"}, "description": {"customer_return"},
		"merchant_refund_code": {"rf_1"}, "integration_key": {"k"}}.Encode()
	s := providertest.Says(200, `{}`)
	open(t, s, nil).Submit(context.Background(), back())
	open(t, s, map[string]string{"refund_by_get": "true"}).Submit(context.Background(), back())
	if form, query := s.Sent[0], s.Sent[1]; form.Line() != "POST /ws/refund" || form.URL.RawQuery != "" || form.Text != want || query.Line() != "GET /ws/refund" ||
		query.URL.RawQuery != want || query.Text != "" || query.GetBody != nil {
		t.Errorf("asked %q, %s and %q, %s", form.Line(), form.Text, query.URL, query.Text)
	}
}

func TestAnAnswerAboutAnotherRefundProvesNothing(t *testing.T) {
	good := `{"status":"SUCCESS","payment":{"hash":"5938aa","currency_ext":"COP"},"refund":{` + refundFields + `,"status":"RE"}}`
	providertest.Misfits(t, good, map[disbursement.Claim]map[string][2]string{
		disbursement.ClaimAccepted: {"ours": {}},
		disbursement.ClaimUnknown: {"another id": {"rf_1", "rf_2"}, "another currency": {"COP", "USD"}, "no currency": {`"COP"`, "null"}, "a cent more": {"500.50", "500.51"},
			"no amount": {`"500.50"`, "null"}, "no id": {`"21426"`, `""`}, "no success": {`"SUCCESS"`, `"PENDING"`}},
	}, func(answer string) disbursement.Claim {
		return open(t, providertest.Says(200, answer), nil).Submit(context.Background(), back()).Claim
	})
}

const paid = `{"status":"SUCCESS","payment":{"hash":"5938aa","pin":"484526720","merchant_payment_code":"pay_1","status":"CO",` +
	`"status_date":"2026-11-20 10:00:00","confirm_date":"2026-11-20 10:00:00","amount_ext":"500.50","currency_ext":"COP","due_date":"2026-11-22",` +
	`"refunds":[{"id":"1","merchant_refund_code":"rf_1","status":"CA","cancel_date":"2026-11-20 10:30:00","amount_ext":"500.50"},` +
	`{"id":"2","merchant_refund_code":"rf_1","status":"RE","request_date":"2026-11-20 11:00:00","amount_ext":"500.50"},` +
	`{"id":"3","merchant_refund_code":null,"status":"CO","confirm_date":"2026-11-20 12:00:00","amount_ext":"1.00"}]}}`

func TestOfTwoRefundsTheLiveOneCounts(t *testing.T) {
	s := providertest.Says(200, paid)
	if o := open(t, s, nil).Status(context.Background(), back()); o.Claim != disbursement.ClaimAccepted || o.Reference != "2" {
		t.Errorf("%+v", o)
	}
}

func TestAnotherPaymentSaysNothingOfTheRefund(t *testing.T) {
	d := back()
	d.LastSentAt = providertest.Ten().Add(-24 * time.Hour)
	for hash, want := range map[string]disbursement.Claim{"5938aa": disbursement.ClaimNotFound, "5938ab": disbursement.ClaimUnknown} {
		answer := strings.ReplaceAll(strings.Replace(paid, "5938aa", hash, 1), "rf_1", "rf_2")
		if o := open(t, providertest.Says(200, answer), nil).Status(context.Background(), d); o.Claim != want {
			t.Errorf("%s: %+v, want %s", hash, o, want)
		}
	}
}

func TestARefusedQuestionSaysNothingOfTheRefund(t *testing.T) {
	for _, answer := range []string{`{"status":"ERROR","status_code":"BP-QUERY-1"}`, `{"status":"ERROR","status_code":"BP-REF-CAN-2"}`} {
		s := providertest.Says(200, answer)
		d := back()
		d.LastSentAt = providertest.Ten().Add(-24 * time.Hour)
		if o := open(t, s, map[string]string{"not_found_code": "BP-QUERY-1"}).Status(context.Background(), d); o.Claim != disbursement.ClaimUnknown {
			t.Errorf("%s: %+v", answer, o)
		}
	}
}

func TestAReferenceThatIsTakenIsRead(t *testing.T) {
	s := providertest.Says(200, `{"status":"ERROR","status_code":"BP-DR-0"}`, paid)
	p := payment.Payment{ID: "pay_1", Amount: money.New(500_50, money.COP), ExpiresAt: providertest.Ten().Add(48 * time.Hour),
		Payer: identity.Person{Name: "Ana Ruiz", Email: "ana@buyer.example", DocumentType: "CC", DocumentNumber: "52345678"}}
	o, err := open(t, s, nil).CreatePayment(context.Background(), p)
	if err != nil || o.Voucher.Code != "484526720" || o.Voucher.ExpiresAt.Format(time.RFC3339) != "2026-11-23T04:59:59Z" {
		t.Errorf("%+v, %v", o, err)
	}
	s = providertest.Says(200, `{"status":"ERROR","status_code":"BP-DR-0"}`, `<html>`)
	if _, err := open(t, s, nil).CreatePayment(context.Background(), p); provider.ClassOf(err) != provider.Unknown {
		t.Errorf("%v", err)
	}
	for name, spoil := range map[string]func(*payment.Payment){
		"no e-mail":   func(p *payment.Payment) { p.Payer.Email = "" },
		"no document": func(p *payment.Payment) { p.Payer.DocumentNumber = "" },
		"a passport":  func(p *payment.Payment) { p.Payer.DocumentType, p.Payer.DocumentNumber = "PAS", "AB123456" },
	} {
		s, q := providertest.Says(200, `{}`), p
		spoil(&q)
		if _, err := open(t, s, nil).CreatePayment(context.Background(), q); !errors.Is(err, provider.ErrDetails) || len(s.Sent) != 0 {
			t.Errorf("%s: %v after %d calls", name, err, len(s.Sent))
		}
	}
}

func notification(body, token string) provider.Delivery {
	return provider.Delivery{Path: "/webhooks/ebanx/a?token=" + token, Body: []byte(body), ReceivedAt: providertest.Ten(), Header: http.Header{}}
}

func TestNotificationsAreAskedAbout(t *testing.T) {
	s := providertest.Says(200, paid)
	facts, err := open(t, s, nil).Facts(context.Background(), notification("operation=payment_status_change&notification_type=update&hash_codes=5938aa", "hook-token"))
	if err != nil || len(facts) != 1 || facts[0].Ours != "pay_1" || facts[0].Payment.Claim != payment.ClaimPaid || facts[0].Payment.Minor != 500_50 {
		t.Errorf("two refunds of one reference and one of nobody's are no facts: %+v, %v", facts, err)
	}
	s = providertest.Says(200, paid)
	if _, err := open(t, s, nil).Facts(context.Background(), notification("operation=payment_status_change&hash_codes=ffff", "hook-token")); err == nil {
		t.Error("an answer about another payment is taken")
	}
	s = providertest.Says(200, paid)
	facts, err = open(t, s, nil).Facts(context.Background(), notification("operation=payment_status_change&hash_codes=a%2Fb,,5938aa", "hook-token"))
	if err == nil || len(facts) != 1 || facts[0].Ours != "pay_1" || len(s.Sent) != 1 {
		t.Errorf("a hash that is none keeps others from being asked about, or is asked about: %+v, %v after %d calls", facts, err, len(s.Sent))
	}
	for _, body := range []string{"", "operation=payment_status_change", "operation=payment_status_change&hash_codes=", "hash_codes=5938aa",
		"operation=payment_status_change&hash_codes=,,", "operation=payment_status_change&hash_codes=a%2Fb", "operation=%zz&hash_codes=a",
		"operation=payment_status_change&hash_codes=" + strings.Repeat("a,", 100) + "a"} {
		if facts, err := open(t, s, nil).Read(notification(body, "hook-token")); !errors.Is(err, provider.ErrMalformed) {
			t.Errorf("%q: %+v, %v", body, facts, err)
		}
	}
	client := open(t, s, nil)
	for _, token := range []string{"", "hook-toke", "hook-token&token=x", "HOOK-TOKEN", "%zz"} {
		if err := client.Verify(notification("", token)); !errors.Is(err, provider.ErrSignature) {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// FuzzWebhook: whatever comes, it is names to ask about, or malformed; never a claim.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte("operation=payment_status_change&notification_type=update&hash_codes=5938aa,5938bb"))
	client := open(f, providertest.Says(200), nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		providertest.Reads(t, client, notification(string(body), "hook-token"), providertest.Names)
	})
}
