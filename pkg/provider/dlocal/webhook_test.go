package dlocal_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func delivery(path, body string) provider.Delivery {
	const date = "2024-01-02T03:04:05.000Z"
	return provider.Delivery{Path: path, Body: []byte(body), ReceivedAt: providertest.Ten(), Header: http.Header{"X-Date": {date},
		"Authorization": {"V2-HMAC-SHA256, Signature: " + provider.Sign("SECRET", []byte("LOGIN"+date), []byte(body))}}}
}

// TestANotificationIsReadAsItIsSigned: its amounts have zeros that a decoder would lose.
func TestANotificationIsReadAsItIsSigned(t *testing.T) {
	d := delivery("/", `{"id":"REF42342","payment_id":"PAY245235","amount":100.00,"amount_refunded":100.00,"currency":"USD","status":"SUCCESS","status_code":"200","status_detail":"The refund was paid.","created_date":"2018-02-15T15:14:52-00:00"}`)
	client := open(t, account("efecty"), providertest.Says(500))
	if err := client.Verify(d); err != nil {
		t.Error(err)
	}
	facts, err := client.Read(d)
	if err != nil || len(facts) != 1 || facts[0].Disbursement.Claim != disbursement.ClaimPaid || facts[0].Reference != "REF42342" || facts[0].Ours != "" {
		t.Errorf("%+v, %v", facts, err)
	}
}

// TestANotificationBelongsToItsAddress: dLocal signs the body and not the address, so that the address proves itself.
func TestANotificationBelongsToItsAddress(t *testing.T) {
	s := providertest.Says(200, pending)
	client := open(t, account("efecty"), s)
	client.Submit(context.Background(), due())
	var sent struct {
		URL string `json:"notification_url"`
	}
	if err := json.Unmarshal([]byte(s.Last().Text), &sent); err != nil {
		t.Fatal(err)
	}
	made, err := url.Parse(sent.URL)
	if err != nil {
		t.Fatal(err)
	}
	for path, ours := range map[string]string{
		made.RequestURI(): "rf_1",
		strings.Replace(made.RequestURI(), "rf_1", "rf_2", 1):            "",
		strings.Replace(made.RequestURI(), "proof=", "proof=0", 1):       "",
		strings.Split(made.RequestURI(), "?")[0]:                         "",
		strings.Split(made.RequestURI(), "?")[0] + "?refund=rf_1&proof=": "",
		"/webhooks/%zz?refund=rf_1":                                      "",
	} {
		facts, err := client.Read(delivery(path, pending))
		if err != nil || len(facts) != 1 || facts[0].Ours != ours {
			t.Errorf("%s: %+v, %v; want %q", path, facts, err, ours)
		}
	}
}

func TestPaymentNotifications(t *testing.T) {
	client := open(t, account("pagoefectivo"), providertest.Says(500))
	for status, want := range map[string]payment.Claim{"PAID": payment.ClaimPaid, "EXPIRED": payment.ClaimExpired, "CANCELLED": payment.ClaimCancelled,
		"REJECTED": payment.ClaimCancelled, "PENDING": payment.ClaimPending} {
		facts, err := client.Read(delivery("/", `{"id":"D-4-1","order_id":"pay_1","amount":22.05,"currency":"PEN","status":"`+status+`","status_code":"500","approved_date":"2026-11-20T15:00:00.000+0000","ticket":{"number":"77"}}`))
		if err != nil || facts[0].Ours != "pay_1" || facts[0].Reference != "77" || facts[0].Payment.Claim != want ||
			(want == payment.ClaimPaid && (facts[0].Payment.Minor != 22_05 || facts[0].Payment.TransactionID != "D-4-1")) {
			t.Errorf("%s: %+v, %v", status, facts, err)
		}
	}
	for _, body := range []string{`{}`, `{"id":""}`, `{"id":"D-1","status":"PAID"}`, `{"id":"D-1","order_id":"pay_1","status":"PAID","amount":0,"currency":"PEN"}`,
		`{"id":"D-1","order_id":"pay_1","status":"PAID","amount":0.001,"currency":"PEN"}`, `{"id":"D-1","order_id":"pay_1","status":"DREAMT"}`,
		`{"id":"D-1","order_id":"pay_1","status":"PAID","amount":5,"currency":"PEN","approved_date":"yesterday"}`,
		`{"id":"D-1","status":"EXPIRED"}`, `{"id":"REF-1","status":"DREAMT"}`, `{"id":"REF-1","status":{}}`} {
		if facts, err := client.Read(delivery("/", body)); !errors.Is(err, provider.ErrMalformed) {
			t.Errorf("%s: %+v, %v", body, facts, err)
		}
	}
	if facts, err := client.Read(delivery("/", `{"id":"CHAR42","status":"SUCCESS"}`)); err != nil || len(facts) != 0 {
		t.Errorf("a chargeback: %+v, %v", facts, err)
	}
}

// FuzzWebhook: whatever comes, it is either facts that name something, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add("/?refund=rf_1&proof=0", []byte(pending))
	f.Add("/", []byte(`{"id":"D-4-1","order_id":"pay_1","amount":22.05,"currency":"PEN","status":"PAID","ticket":{"number":"77"}}`))
	client := open(f, account("pagoefectivo"), providertest.Says(500))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		d := delivery(path, string(body))
		d.Header.Set("X-Date", "2024-01-02T03:04:06.000Z")
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, providertest.Tells)
	})
}
