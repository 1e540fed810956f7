package rapyd

import (
	"strings"
	"testing"
)

// Derived vectors: computed from the documented rule apart from this code. The expectation in the test of Rapyd's own Go
// sample fits neither its inputs nor the rule, and is not used.
func TestSignatureVectors(t *testing.T) {
	const access, salt, stamp = "12345678901234567890", "f1b761c948f612a8", "123456789"
	secret := strings.Repeat("1234567890", 8)
	body := []byte(`{"payment":"payment_0","amount":10}`)
	for name, c := range map[string]struct {
		method, path string
		body         []byte
		want         string
	}{
		"get without a body": {"get", "/v1/data/countries", nil,
			"NTU3MGE5Zjc4ZGMxYzk5ZDQxYTA2ZGY3YzQxZGNkZjIzNmYxNGJjN2E2OGJkNzQzNGI4NjcyZGI5NjY0ZDc1YQ=="},
		"refund": {"post", "/v1/refunds", body,
			"NjRiMDJkNzI2YmM5MTRhZjJkYThjMjY3ZDQ4NmIyZWJkNDJhYWMxYjBiZTU2YTAzYjlkYjc1MTRhNmI0ZTQ3Ng=="},
		"webhook, the address without a method": {"", "https://example.com/hooks/rapyd", body,
			"ODIxNDI4MGQ0YmUwYjY4ODM2YTYwMWU5NjY2MTVlODZhYTdhMWJhYTcxOTllNmM3ODY4ZDhkNWQ0MTIxNWZjYw=="},
	} {
		if got := sign(secret, c.method, c.path, salt, stamp, access, c.body); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestBodiesAreSignedAsTheyAreSent(t *testing.T) {
	raw, err := encode(map[string]string{"reason": "a<b & c>d"})
	if err != nil || string(raw) != `{"reason":"a<b & c>d"}` {
		t.Errorf("%s, %v", raw, err)
	}
	if raw, err := encode(nil); err != nil || len(raw) != 0 {
		t.Errorf("no body is %q, %v", raw, err)
	}
}
