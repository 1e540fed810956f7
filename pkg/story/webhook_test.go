package story_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

// post is a provider's webhook, made by hand.
type post struct {
	url, secret, stamp string
	body               string
}

func (s *stack) hook(provider string) post { s.t.Helper(); return s.hookOf(provider, "demo") }

func (s *stack) hookOf(provider, merchant string) post {
	s.t.Helper()
	for _, a := range list(s.want(200, s.do("GET", "/_sandbox/accounts", nil)), "data") {
		if str(a["provider"]) == provider && str(a["account"]) == provider+"-"+merchant {
			return post{url: strings.TrimPrefix(str(a["webhook_url"]), s.url), secret: str(a["webhook_secret"]), stamp: s.now().Format(time.RFC3339)}
		}
	}
	s.t.Fatalf("no account of %s", provider)
	return post{}
}

func mac(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// send signs as each provider does and posts.
func (s *stack) send(p post) reply {
	s.t.Helper()
	if strings.Contains(p.url, "/pagoefectivo/") {
		return s.do("POST", p.url, p.body, "PE-Signature", mac(p.secret, p.body))
	}
	return s.do("POST", p.url, p.body, "X-Timestamp", p.stamp, "X-Signature", mac(p.secret, p.stamp+"\n"+p.body))
}

// paidBody is the event that tells of cash.
func (x side) paidBody(ours, code, transaction string, amount int64) string {
	if x.network == "pagoefectivo" {
		return fmt.Sprintf(`{"eventType":"cip.paid","operationNumber":%q,"data":{"cip":%q,"currency":"PEN","amount":%d.%02d,"transactionCode":%q}}`,
			transaction, code, amount/100, amount%100, ours)
	}
	return fmt.Sprintf(`{"event_id":%q,"event":"payment.confirmed","occurred_at":"2026-11-20T10:00:30-05:00","data":{"reference":%q,
		"merchant_reference":%q,"amount":%d,"currency":"COP","status":"CONFIRMED","transaction_id":%q,"paid_amount":%d,"paid_at":"2026-11-20T10:00:30-05:00"}}`,
		"e-"+transaction, code, ours, amount/100, transaction, amount/100)
}

// TestWebhooksThatAreRefused: nothing forged leaves a trace.
func TestWebhooksThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		code := str(s.get("/v1/payments/" + id)["reference"])
		hook := s.hook(x.network)
		hook.body = x.paidBody(id, code, "T1", x.amount)
		forged, other := hook, hook
		forged.secret = "guessed"
		other.url = strings.Replace(hook.url, "-demo", "-other", 1)
		s.refused(401, "signature_invalid", s.send(forged))
		s.refused(401, "signature_invalid", s.send(other))
		s.refused(401, "signature_invalid", s.do("POST", hook.url, hook.body))
		if x.network == "efecty" {
			for _, shift := range []time.Duration{-6 * time.Minute, 6 * time.Minute} {
				stale := hook
				stale.stamp = s.now().Add(shift).Format(time.RFC3339)
				s.refused(401, "signature_invalid", s.send(stale))
			}
		}
		huge := hook
		huge.body = hook.body + strings.Repeat(" ", 64<<10)
		s.refused(413, "body_too_large", s.send(huge))
		for _, url := range []string{"/webhooks/" + x.network + "/nobody", strings.Replace(hook.url, x.network, "stripe", 1)} {
			lost := hook
			lost.url = url
			s.refused(404, "not_found", s.send(lost))
		}
		s.refused(404, "not_found", s.do("GET", hook.url, nil)) // the gateway leads nothing but POST there
		s.settle()
		if p := s.get("/v1/payments/" + id); str(p["status"]) != "pending" || len(list(p, "history")) != 1 {
			t.Errorf("%s: %v", x.network, p)
		}
	}
}

// TestWebhooksOnceIsEnough: the same cash told twice, regrouped and re-signed, is one receipt.
func TestWebhooksOnceIsEnough(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		code := str(s.get("/v1/payments/" + id)["reference"])
		hook := s.hook(x.network)
		hook.body = x.paidBody(id, code, "T1", x.amount)
		for i := range 3 {
			r := s.send(hook)
			if r.status != 200 {
				t.Errorf("%s: try %d got %d %s", x.network, i, r.status, r.body)
			}
			if x.network == "pagoefectivo" && !strings.Contains(string(r.body), `"code":"100"`) {
				t.Errorf("acknowledged with %s", r.body)
			}
			hook.body += "\n" // other bytes, the same event
			s.settle()
		}
		if p := s.get("/v1/payments/" + id); str(p["status"]) != "paid" || num(p["paid_amount"]) != x.amount || str(p["situation"]) != "none" {
			t.Errorf("%s: %v", x.network, p)
		}
		hook.body = x.paidBody(id, code, "T2", x.amount)
		s.send(hook)
		s.settle()
		if p := s.get("/v1/payments/" + id); num(p["paid_amount"]) != 2*x.amount || str(p["situation"]) != "paid_twice" {
			t.Errorf("%s: cash under another transaction: %v", x.network, p)
		}
	}
}

// TestWebhookOfAnUnknownPayment is acknowledged, kept, and applied once the payment is there.
func TestWebhookOfAnUnknownPayment(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		// Ids follow from the order reference, so a second world tells what the first will call it.
		twin := start(t)
		body := x.payment("early", x.amount)
		id := str(twin.want(201, twin.as(ana, "POST", "/v1/payments", body))["id"])
		hook := s.hook(x.network)
		hook.body = x.paidBody(id, "99999", "T1", x.amount)
		if r := s.send(hook); r.status != 200 {
			t.Fatalf("%s: %d %s", x.network, r.status, r.body)
		}
		s.advance(2 * time.Hour)
		s.want(201, s.as(ana, "POST", "/v1/payments", body))
		s.advance(7 * time.Hour)
		if p := s.get("/v1/payments/" + id); str(p["status"]) != "paid" || num(p["paid_amount"]) != x.amount {
			t.Errorf("%s: %v", x.network, p)
		}
	}
}

// TestWebhooksThatSayNothingUseful are kept and change nothing.
func TestWebhooksThatSayNothingUseful(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.paid(x)
		before := s.get("/v1/payments/" + id)
		hook := s.hook(x.network)
		for _, body := range []string{``, `{}`, `[]`, `hello`, `{"eventType":"news","event_id":"1","event":"news","occurred_at":"2026-11-20T10:00:00-05:00"}`,
			x.paidBody("pay_00000000000000000000000000", "1", "T9", x.amount), x.paidBody(id, "1", "T9", 0), x.paidBody(id, "1", "T9", -100),
			strings.ReplaceAll(x.paidBody(id, "1", "T9", x.amount), x.currency, "USD"), strings.Repeat("[", 30000)} {
			hook.body = body
			if r := s.send(hook); r.status != 200 {
				t.Errorf("%s: %.80s got %d", x.network, body, r.status)
			}
		}
		s.advance(time.Hour)
		after := s.get("/v1/payments/" + id)
		if fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("%s: %v\nbecame %v", x.network, before, after)
		}
	}
}

// TestAnotherMerchantsSecret moves nothing of ours, however well it is signed.
func TestAnotherMerchantsSecret(t *testing.T) {
	t.Parallel()
	for _, x := range sides() {
		s := start(t)
		id := s.voucher(x)
		hook := s.hookOf(x.network, "other")
		hook.body = x.paidBody(id, str(s.get("/v1/payments/" + id)["reference"]), "T1", x.amount)
		if r := s.send(hook); r.status != 200 {
			t.Errorf("%s: their own webhook: %d", x.network, r.status)
		}
		s.advance(time.Hour)
		if got := s.status("/v1/payments/" + id); got != "pending" {
			t.Errorf("%s: %s", x.network, got)
		}
	}
}
