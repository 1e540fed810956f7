package payu

import (
	"net/url"
	"testing"
)

const (
	vendorKey      = "4Vj8eK4rloUd272L48hsrarnUA" // the vendor's public sandbox key
	vendorMerchant = "508029"
)

// TestOrderVectors: both are the vendor's, verified.
func TestOrderVectors(t *testing.T) {
	for _, c := range []struct{ reference, value, currency, want string }{
		{"PRODUCT_TEST_2021-06-23T19:59:43.229Z", "65000", "COP", "1d6c33aed575c4974ad5c0be7c6a1c87"},
		{"c540ae0d09ce1868070d21f69aa72873", "10.00", "USD", "8cf73cd8ac7760922deeb8d2b5a56689"},
	} {
		if got := sum(vendorKey, vendorMerchant, c.reference, c.value, c.currency); got != c.want {
			t.Errorf("%s: %s", c.reference, got)
		}
	}
}

// TestConfirmationVectors: those of HMAC-SHA256 are the vendor's, verified; those of MD5 are derived from the same rule.
func TestConfirmationVectors(t *testing.T) {
	for _, c := range []struct {
		value, secret, want string
		hmac                bool
	}{
		{"150.00", "test123", "65fb2b3452572784e23e7d6480359fd2507c54dd285ca3c4dceffb8764cfb66f", true},
		{"150.25", "test123", "7770a7933b90570a078fcacce1790eb13079cdf8f8a6e900b79f4f5eb96b8024", true},
		{"150.00", vendorKey, "d67cd7424db41d732336c92c5bd002c5", false},
		{"150.25", vendorKey, "1573fee8c2ef614599ec6e723378ea6e", false},
	} {
		a := &Adapter{key: vendorKey, hmac: c.hmac}
		got := a.sign(c.secret, url.Values{"merchant_id": {vendorMerchant}, "reference_sale": {"PayUTest01"}, "value": {c.value},
			"currency": {"USD"}, "state_pol": {"4"}})
		if got != c.want {
			t.Errorf("%s, hmac %v: %s", c.value, c.hmac, got)
		}
	}
}

func TestNewValue(t *testing.T) {
	for value, want := range map[string]string{"150.00": "150.0", "150.10": "150.1", "150.25": "150.25", "150.05": "150.05", "150": "150",
		"150.0": "150.0", "": "", "150.": "150."} {
		if got := newValue(value); got != want {
			t.Errorf("%q is signed as %q, want %q", value, got, want)
		}
	}
}
