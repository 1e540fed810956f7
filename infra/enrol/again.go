package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/sandbox"
)

// The next step of whoever is refused.
const (
	beside = "enrol it under an id of its own, put that into the stores, and keep the old one as it is until its refunds are final"
	danger = "refunds that the old one was given would be asked about at the new one, not be there, and be sent a second time"
)

// again says whether an account may take the place of the one that is kept under its id: they must be the same at the
// provider. Error: they are not, or nothing tells. It names what differs and no value.
func (e enrolment) again(kept, next provider.Account) error {
	if kept.Tenant != next.Tenant {
		return fmt.Errorf("account %q belongs to another merchant", next.ID)
	}
	if e.replays(kept, next) {
		return nil
	}
	differs, told := provider.Others(kept, next, all.Whose()[next.Provider])
	switch {
	case len(differs) > 0:
		return fmt.Errorf("account %q is another one than is kept under this id: its %s differs; %s. Next step: %s",
			next.ID, strings.Join(differs, ", "), danger, beside)
	case !told && !maps.Equal(kept.Credentials, next.Credentials) && !slices.Contains(e.rotated, next.ID):
		return fmt.Errorf("account %q has new credentials, by which nobody can tell whether it is the same one at %s; if it is another, %s. Next step: "+
			"if they were only rotated, say so by --rotated %s; else %s", next.ID, next.Provider, danger, next.ID, beside)
	}
	return nil
}

// replays says that both are the same played account: a sandbox that is opened again has a new key, which is part of its
// addresses, and finds its books by the account's id.
func (e enrolment) replays(kept, next provider.Account) bool {
	const wire = "/_sandbox/wire/"
	at, rest, played := strings.Cut(kept.Endpoint, wire)
	key, name, _ := strings.Cut(rest, "/")
	return played && strings.HasPrefix(key, sandbox.KeyPrefix) && kept.Mode == provider.Test && next.Mode == provider.Test &&
		kept.Provider == next.Provider && kept.Network == next.Network && next.Endpoint == at+wire+e.sandboxKey+"/"+name
}
