package provider

import (
	"maps"
	"slices"
)

// Whose names what says whose account one is at its provider, and in which of its books it stands: a login, a merchant's id,
// the address of a second interface. A secret that is merely rotated is not among it. No value = this account does not say so.
// Values may be credentials: they are compared, and shown to nobody.
type Whose func(Account) map[string]string

// Named are those of an account's credentials and settings that have these names, each there or empty.
func (a Account) Named(names ...string) map[string]string {
	found := map[string]string{}
	for _, name := range names {
		found[name] = a.Credentials[name] + a.Settings[name] // no adapter uses one name for both
	}
	return found
}

// Elsewhere says why an account was neither asked about something nor given it: see Account.Serves.
const Elsewhere = "the account is with another provider or network by now"

// Serves says whether what was handed over to a provider on a network can be at this account. One that is with another by
// now knows nothing of it: its "not found" proves nothing. An empty name, of a record that has none, is not looked at.
func (a Account) Serves(provider, network string) bool {
	return (provider == "" || provider == a.Provider) && (network == "" || network == a.Network)
}

// Others compares an account with the one that is kept under its id, and names in what another one shows; no value. whose is of the next one's provider. Where
// nothing differs and told is false, the account has nothing by which it would show: then a new token may be anybody's.
func Others(kept, next Account, whose Whose) (differs []string, told bool) {
	for _, f := range []struct {
		name         string
		before, then string
	}{{"provider", kept.Provider, next.Provider}, {"network", kept.Network, next.Network}, {"mode", string(kept.Mode), string(next.Mode)},
		{"endpoint", kept.Endpoint, next.Endpoint}} {
		if f.before != f.then {
			differs = append(differs, f.name)
		}
	}
	if whose == nil {
		return differs, false
	}
	before, then := whose(kept), whose(next)
	for _, name := range slices.Sorted(maps.Keys(then)) {
		if before[name] != then[name] {
			differs = append(differs, name)
		}
		told = told || then[name] != ""
	}
	return differs, told
}
