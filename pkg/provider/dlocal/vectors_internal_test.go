package dlocal

import "testing"

// TestVectors: both were derived from the documented rule, the first from inputs in the vendor's style.
func TestVectors(t *testing.T) {
	for name, c := range map[string]struct{ secret, login, date, body, want string }{
		"a request without a body": {"secretKey123", "1955gdod", "2022-11-24T15:42:57.130Z", "",
			"98211fe059efc3606b831a1c30a3c6d7448e598b515a15456ae9ebc157314aa2"},
		"a refund": {"SECRET", "LOGIN", "2024-01-02T03:04:05.000Z",
			`{"payment_id":"D-4-0001","amount":15000,"currency":"COP","notification_url":"https://example.com/n"}`,
			"602e2db97b61d856fde996a57d243c5c97e254d0a49ac4e40153455ce95b41dc"},
	} {
		if got := authorization(c.secret, c.login, c.date, []byte(c.body)); got != "V2-HMAC-SHA256, Signature: "+c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
