package all_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
)

// whose is what says of an account whose it is at its provider, and what is rotated. An address may be left out.
func whose() map[string]struct{ says, rotates, may string } {
	return map[string]struct{ says, rotates, may string }{
		"efecty":             {"merchant_id terminal_id", "secret", "through login"},
		"efecty through d24": {"login through", "pass secret", "merchant_id terminal_id"},
		"pagoefectivo":       {"service_id", "access_key secret_key", ""},
		"dlocal":             {"login", "trans_key secret_key", ""},
		"mercadopago":        {"", "access_token", "kind of access_token|user id in access_token"},
		"payu":               {"merchant_id account_id api_login", "api_key public_key", "payouts_url"},
		"ebanx":              {"", "integration_key", ""},
		"rapyd":              {"access_key", "secret_key", ""},
		"kushki":             {"public_merchant_id", "private_merchant_id", ""},
		"epayco":             {"customer_id apify_url", "public_key private_key", ""},
	}
}

// TestEveryProviderSaysWhoseAnAccountIs, or that nothing does: each credential either says so or is rotated, and no name is made up.
func TestEveryProviderSaysWhoseAnAccountIs(t *testing.T) {
	names := map[string]bool{}
	for _, account := range append(allsim.Accounts("demo"), allsim.CashOut("demo")) {
		name := account.Provider
		if other := account.Settings["through"]; other != "" {
			name += " through " + other
		}
		want, ok := whose()[name]
		of := all.Whose()[account.Provider]
		if names[account.Provider] = true; !ok || of == nil {
			t.Errorf("%s: nobody says whose an account is", name)
			continue
		}
		got := of(account)
		says := strings.Fields(want.says)
		for _, n := range says {
			if got[n] == "" {
				t.Errorf("%s: %s should say whose %s is", name, n, account.ID)
			}
		}
		may := strings.Fields(want.may)
		if strings.Contains(want.may, "|") {
			may = strings.Split(want.may, "|")
		}
		for n, value := range got {
			if !slices.Contains(append(may, says...), n) || (value != "" && !slices.Contains(says, n)) {
				t.Errorf("%s: %q says whose %s is, which nobody reviewed", name, n, account.ID)
			}
		}
		for n := range account.Credentials {
			if n != "settlement_token" && !slices.Contains(append(strings.Fields(want.rotates), says...), n) {
				t.Errorf("%s: does the credential %s say whose an account is, or is it rotated?", name, n)
			}
			turned := account
			turned.Credentials = maps.Clone(account.Credentials)
			turned.Credentials[n] += "-2"
			differs, _ := provider.Others(account, turned, of)
			if slices.Contains(says, n) != (len(differs) == 1 && differs[0] == n) {
				t.Errorf("%s: another %s makes %v differ", name, n, differs)
			}
		}
	}
	for name := range all.Registry() {
		if !names[name] {
			t.Errorf("%s has no account to look at", name)
		}
	}
}

// TestMercadoPagosTokenNamesItsUser, where it has the documented form.
func TestMercadoPagosTokenNamesItsUser(t *testing.T) {
	for token, want := range map[string]string{
		"APP_USR-1585551492-030918-25ab3458-2880736": "APP_USR 2880736",
		"TEST-1585551492-030918-25ab3458-2880736":    "TEST 2880736",
		"APP_USR-030918-25ab3458-2880736":            " ",
		"APP_USR-1585551492-030918-25ab3458-x":       " ",
		"NEW-1585551492-030918-25ab3458-2880736":     " ",
		"":                                           " ",
	} {
		got := all.Whose()["mercadopago"](provider.Account{Credentials: map[string]string{"access_token": token}})
		if text := got["kind of access_token"] + " " + got["user id in access_token"]; text != want {
			t.Errorf("%q: %q, want %q", token, text, want)
		}
	}
}
