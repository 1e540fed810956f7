package story_test

import (
	"slices"
	"testing"
)

// TestProvidersTellTheirTruth: each account with its network, what it offers and where that is known from; and which
// gateways are left out, with the reason.
func TestProvidersTellTheirTruth(t *testing.T) {
	t.Parallel()
	s := start(t)
	answer := s.get("/v1/providers")
	accounts := map[string]string{}
	for _, p := range list(answer, "data") {
		name := str(p["provider"])
		if !slices.Contains(p["networks"].([]any), p["network"]) || len(p["sources"].([]any)) == 0 || len(p["abilities"].([]any)) == 0 {
			t.Errorf("%s reads %v", name, p)
		}
		if p["default"] == true && name != str(p["network"]) {
			t.Errorf("%s is the default of %s, which has a direct account", name, p["store"])
		}
		accounts[name] += " " + str(p["network"])
	}
	for _, name := range []string{"pagoefectivo", "efecty", "dlocal", "payu", "mercadopago", "rapyd", "ebanx", "kushki", "epayco"} {
		if accounts[name] == "" {
			t.Errorf("%s is missing: %v", name, accounts)
		}
	}
	absent := list(answer, "not_carried")
	if len(absent) != 2 || str(absent[0]["provider"]) != "checkout.com" || str(absent[1]["provider"]) != "paguelofacil" {
		t.Errorf("left out: %v", absent)
	}
	for _, a := range absent {
		if str(a["reason"]) == "" || str(a["source"]) == "" || accounts[str(a["provider"])] != "" {
			t.Errorf("left out: %v", a)
		}
	}
}
