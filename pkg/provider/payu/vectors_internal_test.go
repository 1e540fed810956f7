package payu

import (
	"net/url"
	"testing"

	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	confirmation := func(hmac bool) vector.Rule {
		return func(in map[string]string) string {
			return (&Adapter{key: in["key"], hmac: hmac}).sign(in["secret"], url.Values{"merchant_id": {in["merchant"]}, "reference_sale": {in["reference"]},
				"value": {in["value"]}, "currency": {in["currency"]}, "state_pol": {in["state"]}})
		}
	}
	vector.Run(t, map[string]vector.Rule{"confirmation hmac": confirmation(true), "confirmation md5": confirmation(false),
		"order": func(in map[string]string) string {
			return sum(in["key"], in["merchant"], in["reference"], in["value"], in["currency"])
		}})
}

func TestNewValue(t *testing.T) {
	for value, want := range map[string]string{"150.00": "150.0", "150.10": "150.1", "150.25": "150.25", "150.05": "150.05", "150": "150",
		"150.0": "150.0", "": "", "150.": "150."} {
		if got := newValue(value); got != want {
			t.Errorf("%q is signed as %q, want %q", value, got, want)
		}
	}
}
