package mercadopago_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func account(network string) provider.Account {
	return provider.Account{ID: "a", Provider: "mercadopago", Network: network, Endpoint: "https://api.example",
		Credentials: map[string]string{"access_token": "TOK"}, Secrets: []string{"your_secret_key_here"}, Settings: map[string]string{}}
}

func open(t testing.TB, a provider.Account, s *providertest.Wire) *provider.Client {
	t.Helper()
	client, _ := providertest.Open(t, mercadopago.New, a, s)
	return client
}

// TestAnIdMayBeSignedInLowerCase: an id with letters may be signed as it stands or in lower case.
func TestAnIdMayBeSignedInLowerCase(t *testing.T) {
	const lower, upper = "ord01jq4s4ky8hwq6na5pxb65b3d3", "ORD01JQ4S4KY8HWQ6NA5PXB65B3D3"
	const ofLower, ofUpper = "633f91233312dd391ec75fa0bea539cfc2d6c4918873305b84a96cc1c58db71c", "fb15ae6472eb449173c556793205d77787d58f384d183bb5bc3b724c27bd103c"
	client := open(t, account("efecty"), providertest.Says(500))
	for _, c := range []struct {
		id, v1 string
		good   bool
	}{{lower, ofLower, true}, {upper, ofUpper, true}, {upper, ofLower, true}, {lower, ofUpper, false}, {"1", ofLower, false}, {lower, "", false}} {
		d := provider.Delivery{Path: "/webhooks/mercadopago/a?data.id=" + c.id + "&type=order", ReceivedAt: time.UnixMilli(1742505638683),
			Header: http.Header{"X-Signature": {"ts=1742505638683,v1=" + c.v1}, "X-Request-Id": {"2066ca19-c6f1-498a-be75-1923005edd06"}}}
		if err := client.Verify(d); (err == nil) != c.good || (err != nil && !errors.Is(err, provider.ErrSignature)) {
			t.Errorf("%s with %.8s: %v", c.id, c.v1, err)
		}
	}
}

func signed(id, ts string, received time.Time) provider.Delivery {
	manifest := "id:" + id + ";request-id:r;ts:" + ts + ";"
	return provider.Delivery{Path: "/?data.id=" + id + "&type=payment", ReceivedAt: received, Body: []byte(`{"type":"payment","data":{"id":"999"}}`),
		Header: http.Header{"X-Signature": {"ts=" + ts + ", v1=" + provider.Sign("your_secret_key_here", []byte(manifest))}, "X-Request-Id": {"r"}}}
}

// TestSignedTimes come in milliseconds, and in some documents in seconds.
func TestSignedTimes(t *testing.T) {
	client := open(t, account("efecty"), providertest.Says(500))
	for _, unit := range []int64{providertest.Ten().UnixMilli(), providertest.Ten().Unix()} {
		for age, good := range map[time.Duration]bool{0: true, 300 * time.Second: true, -300 * time.Second: true, 301 * time.Second: false, -301 * time.Second: false} {
			if err := client.Verify(signed("1", fmt.Sprint(unit), providertest.Ten().Add(age))); (err == nil) != good {
				t.Errorf("%d after %s: %v", unit, age, err)
			}
		}
	}
	if err := client.Verify(signed("1", "now", providertest.Ten())); !errors.Is(err, provider.ErrSignature) {
		t.Errorf("a time that is none: %v", err)
	}
}

// TestOnlyTheSignedIdIsAskedFor: the body names another payment and is not believed.
func TestOnlyTheSignedIdIsAskedFor(t *testing.T) {
	s := providertest.Serves(500, map[string]string{"GET /v1/payments/42": `{"id":42,"status":"approved","external_reference":"pay_1","currency_id":"PEN","transaction_amount":22.05,` +
		`"date_approved":"2026-11-20T11:00:00.000-04:00","transaction_details":{"payment_method_reference_id":"910","total_paid_amount":23.05},` +
		`"refunds":[{"id":7,"payment_id":42,"amount":5,"status":"in_process","date_created":"2026-11-20T11:00:00.000-04:00"},{"id":8,"payment_id":42,"amount":5,"status":"approved"}]}`})
	client := open(t, account("pagoefectivo"), s)
	facts, err := client.Facts(context.Background(), signed("42", fmt.Sprint(providertest.Ten().UnixMilli()), providertest.Ten()))
	if err != nil || len(facts) != 3 || strings.Join(s.Lines(), " ") != "GET /v1/payments/42" {
		t.Fatalf("%+v, %v by %v", facts, err, s.Lines())
	}
	p := facts[0].Payment
	if facts[0].Ours != "pay_1" || facts[0].Reference != "910" || p.Claim != payment.ClaimPaid || p.Minor != 23_05 || p.TransactionID != "42" || !p.OccurredAt.Equal(providertest.Ten()) {
		t.Errorf("%+v %+v", facts[0], p)
	}
	for i, want := range []disbursement.Claim{disbursement.ClaimAccepted, disbursement.ClaimPaid} {
		f := facts[i+1]
		if f.Of != "42" || f.Ours != "" || f.Reference != fmt.Sprint(7+i) || f.Disbursement.Claim != want {
			t.Errorf("%+v %+v", f, f.Disbursement)
		}
	}
}

func TestDeliveriesThatAreNone(t *testing.T) {
	client := open(t, account("efecty"), providertest.Says(500))
	for path, body := range map[string]string{"/?data.id=1": `{}`, "/": `{"type":"payment"}`, "/?data.id=2": `[]`, "/?data.id=3": `{"type":7.5.1}`, "/%zz": `{"type":"payment"}`} {
		if facts, err := client.Read(provider.Delivery{Path: path, Body: []byte(body)}); !errors.Is(err, provider.ErrMalformed) {
			t.Errorf("%s %s: %+v, %v", path, body, facts, err)
		}
	}
}

// FuzzWebhook: whatever comes, it is either a payment to ask for, or nobody's, or malformed; never a panic.
func FuzzWebhook(f *testing.F) {
	f.Add("/?data.id=1&type=payment", "ts=1742505638683,v1=00", []byte(`{"type":"payment","data":{"id":"1"}}`))
	client := open(f, account("efecty"), providertest.Says(500))
	f.Fuzz(func(t *testing.T, path, signature string, body []byte) {
		d := provider.Delivery{Path: path, Body: body, ReceivedAt: providertest.Ten(), Header: http.Header{"X-Signature": {signature}}}
		providertest.Forged(t, client, d)
		providertest.Reads(t, client, d, providertest.Names)
	})
}

// TestAnAnswerAboutAnotherPayment is none.
func TestAnAnswerAboutAnotherPayment(t *testing.T) {
	s := providertest.Serves(500, map[string]string{"GET /v1/payments/42": `{"id":43,"status":"approved","external_reference":"pay_1","currency_id":"PEN","transaction_amount":22.05}`})
	facts, err := open(t, account("pagoefectivo"), s).Facts(context.Background(), signed("42", fmt.Sprint(providertest.Ten().UnixMilli()), providertest.Ten()))
	if err == nil {
		t.Errorf("%+v", facts)
	}
}
