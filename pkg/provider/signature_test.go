package provider_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
)

// TestSignVector is the one vector of a gateway that is not carried (checkout.com signs the raw body of a webhook so).
// Derived: computed from the documented rule apart from this code.
func TestSignVector(t *testing.T) {
	const want = "c0bd8e4de35355b11e7e98d53bb0d0122736ca05c58eb9c138a2dfa24725ac6d"
	body := []byte(`{"id":"evt_1"}`)
	if got := provider.Sign("test-secret", body); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !provider.Signed([]string{"newer", "test-secret"}, want, body) || provider.Signed([]string{"test-secret"}, want, append(body, ' ')) {
		t.Error("one of the ring signs these bytes and no others")
	}
}
