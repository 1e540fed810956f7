package story_test

import (
	"slices"
	"strings"
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
		told := map[string]bool{}
		for _, f := range list(p, "facts") {
			told[str(f["fact"])] = str(f["source"]) != ""
		}
		for _, a := range p["abilities"].([]any) {
			if !told[str(a)] || !told["currencies"] || !told["refund_window_days"] {
				t.Errorf("%s: where is %s known from? %v", name, a, p["facts"])
			}
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
	for name, networks := range accounts {
		for _, network := range strings.Fields(networks) {
			played := name == network // the story of the README itself, in trip_test.go
			for _, g := range gateways() {
				played = played || (g.provider == name && g.side.network == network)
			}
			if !played {
				t.Errorf("nobody plays the story of %s on %s", name, network)
			}
		}
	}
	absent := list(answer, "not_carried")
	if len(absent) != 3 || str(absent[0]["provider"]) != "checkout.com" || str(absent[1]["provider"]) != "paguelofacil" || str(absent[2]["provider"]) != "pagoefectivo (Ecuador)" {
		t.Errorf("left out: %v", absent)
	}
	for _, a := range absent {
		if str(a["reason"]) == "" || str(a["source"]) == "" || accounts[str(a["provider"])] != "" {
			t.Errorf("left out: %v", a)
		}
	}
}

// translated fails unless what the provider last said of something is shown with its meaning in three languages. code is
// what it must have said; empty = anything.
func (s *stack) translated(path, code string) {
	s.t.Helper()
	got := s.get(path)
	m, ok := got["provider_message"].(doc)
	if !ok || str(m["code"]) == "" || str(m["es"]) == "" || str(m["en"]) == "" || str(m["zh"]) == "" || (code != "" && str(m["code"]) != code) {
		s.t.Errorf("%s of %s says %v, want %q in three languages", path, str(got["provider"]), got["provider_message"], code)
	}
}

// TestTheProvidersWordsAreShown: as they came, and translated by code.
func TestTheProvidersWordsAreShown(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, c := range []struct {
		side                side
		verb, paid, refused string
	}{
		{colombia(), "collect", "COLLECTED", "BENEFICIARY_INVALID"},
		{peru(), "complete", "PAID", "ACCOUNT_CLOSED"},
	} {
		id := s.paid(c.side)
		s.translated("/v1/payments/"+id, map[string]string{"efecty": "PAID", "pagoefectivo": "cip.paid"}[c.side.network])
		for _, did := range [][2]string{{c.verb, c.paid}, {"fail", c.refused}} {
			refund := s.back(c.side, id, c.side.part)
			s.move(refund, did[0])
			s.translated("/v1/refunds/"+refund, did[1])
		}
	}
}
