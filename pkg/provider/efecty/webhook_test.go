package efecty_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func delivery(body, stamp, secret string) provider.Delivery {
	return provider.Delivery{Body: []byte(body), ReceivedAt: providertest.Ten(), Header: http.Header{"X-Timestamp": {stamp},
		"X-Signature": {provider.Sign(secret, []byte(stamp+"\n"+body))}}}
}

func TestVerify(t *testing.T) {
	client := open(t, providertest.Says(500))
	at := func(d time.Duration) string { return providertest.Ten().Add(d).Format(time.RFC3339) }
	moved := delivery(`{}`, at(0), "hook-secret")
	moved.Header.Set("X-Timestamp", at(time.Second))
	for name, c := range map[string]struct {
		delivery provider.Delivery
		good     bool
	}{
		"fresh":               {delivery(`{}`, at(0), "hook-secret"), true},
		"five minutes old":    {delivery(`{}`, at(-300*time.Second), "hook-secret"), true},
		"older":               {delivery(`{}`, at(-301*time.Second), "hook-secret"), false},
		"five minutes ahead":  {delivery(`{}`, at(300*time.Second), "hook-secret"), true},
		"further ahead":       {delivery(`{}`, at(301*time.Second), "hook-secret"), false},
		"other secret":        {delivery(`{}`, at(0), "call-secret"), false},
		"time moved":          {moved, false},
		"time is no instant":  {delivery(`{}`, "1795186800", "hook-secret"), false},
		"signed by an empty":  {delivery(`{}`, at(0), ""), false},
		"no headers whatever": {provider.Delivery{Body: []byte(`{}`), Header: http.Header{}, ReceivedAt: providertest.Ten()}, false},
	} {
		err := client.Verify(c.delivery)
		if (err == nil) != c.good || (err != nil && !errors.Is(err, provider.ErrSignature)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEvents(t *testing.T) {
	client := open(t, providertest.Says(500))
	read := func(body string) ([]provider.Fact, error) {
		return client.Read(delivery(body, providertest.Ten().Format(time.RFC3339), "hook-secret"))
	}
	confirmed, err := read(`{"event_id":"evt_1","event":"payment.confirmed","occurred_at":"2026-11-20T10:00:00-05:00","data":{"merchant_reference":"pay_1","reference":"110","transaction_id":"EFY1","paid_amount":80000,"currency":"COP","paid_at":"2026-11-20T10:00:00-05:00"}}`)
	if err != nil || confirmed[0].Payment.Claim != payment.ClaimPaid || confirmed[0].Payment.Minor != 80_000_00 ||
		confirmed[0].Payment.Evidence != "event:evt_1" || confirmed[0].Ours != "pay_1" || confirmed[0].Reference != "110" {
		t.Errorf("%+v, %v", confirmed, err)
	}
	expired, err := read(`{"event_id":"evt_2","event":"payment.expired","occurred_at":"2026-11-20T10:00:00-05:00","data":{"merchant_reference":"pay_1","reference":"110"}}`)
	if err != nil || expired[0].Payment.Claim != payment.ClaimExpired {
		t.Errorf("%+v, %v", expired, err)
	}
	for event, want := range map[string]disbursement.Claim{"collectable": disbursement.ClaimCollectable, "collected": disbursement.ClaimPaid,
		"expired": disbursement.ClaimReturned, "returned": disbursement.ClaimReturned, "rejected": disbursement.ClaimRejected} {
		facts, err := read(`{"event_id":"evt_3","event":"disbursement.` + event + `","occurred_at":"2026-11-20T10:00:00-05:00","data":{"disbursement_id":"EFD1","merchant_reference":"rf_1","amount":50000,"status":"WHATEVER","cash_code":"77","cash_code_expires_at":"2026-11-27T10:00:00-05:00"}}`)
		if err != nil || facts[0].Disbursement.Claim != want || facts[0].Ours != "rf_1" || facts[0].Disbursement.OccurredAt.IsZero() {
			t.Errorf("%s: %+v, %v", event, facts, err)
		}
	}
	for _, body := range []string{`{}`, `{"event_id":"","event":"payment.expired","occurred_at":"2026-11-20T10:00:00-05:00","data":{"reference":"1"}}`,
		`{"event_id":"e","event":"payment.expired","data":{"reference":"1"}}`,
		`{"event_id":"e","event":"payment.expired","occurred_at":"2026-11-20T10:00:00-05:00","data":{}}`,
		`{"event_id":"e","event":"payment.expired","occurred_at":"2026-11-20T10:00:00-05:00"}`,
		`{"event_id":"e","event":"payment.confirmed","occurred_at":"2026-11-20T10:00:00-05:00","data":{"reference":"1","transaction_id":"","paid_amount":1,"paid_at":"2026-11-20T10:00:00-05:00"}}`,
		`{"event_id":"e","event":"payment.confirmed","occurred_at":"2026-11-20T10:00:00-05:00","data":{"reference":"1","transaction_id":"x","paid_amount":0.5,"paid_at":"2026-11-20T10:00:00-05:00"}}`,
		`{"event_id":"e","event":"disbursement.collected","occurred_at":"2026-11-20T10:00:00-05:00","data":{"merchant_reference":"rf_1"}}`,
		`{"event_id":"e","event":"disbursement.collected","occurred_at":"2026-11-20T10:00:00-05:00","data":{"disbursement_id":"EFD1"}}`,
	} {
		if facts, err := read(body); !errors.Is(err, provider.ErrMalformed) {
			t.Errorf("%s: %+v, %v", body, facts, err)
		}
	}
}

// FuzzWebhook: whatever comes, it is either facts that name something, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"event_id":"e","event":"payment.expired","occurred_at":"2026-11-20T10:00:00-05:00","data":{"reference":"1"}}`))
	f.Add([]byte(`{"event_id":"e","event":"disbursement.collected","occurred_at":"2026-11-20T10:00:00-05:00","data":{"disbursement_id":"E","merchant_reference":"rf_1"}}`))
	client := open(f, providertest.Says(500))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := delivery(string(body), providertest.Ten().Format(time.RFC3339), "another-key")
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, func(f provider.Fact) bool { return f.Reference != "" && providertest.Tells(f) })
	})
}
