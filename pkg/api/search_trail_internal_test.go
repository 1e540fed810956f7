package api

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
)

// TestMarksThatTellWhen: ids that we gave, and roots of X-Ray traces; every other mark is looked for in another way.
func TestMarksThatTellWhen(t *testing.T) {
	ours := time.Date(2026, 11, 20, 15, 0, 0, int(123*time.Millisecond), time.UTC)
	for mark, want := range map[string]time.Time{
		identity.DeriveAt("req_", ours, "x"):   ours,
		"1-5759e988-bd862e3fe1be46a994272793":  time.Date(2016, 6, 9, 22, 11, 20, 0, time.UTC),
		identity.DeriveAt("evt_", ours, "x"):   {},
		"2-5759e988-bd862e3fe1be46a994272793":  {},
		"1-5759e98g-bd862e3fe1be46a994272793":  {},
		"1-5759e988-bd862e3fe1be46a99427279":   {},
		"4bf92f3577b34da6a3ce929d0e0e4736":     {},
		"nightly-run-7":                        {},
		"1-abcdefghijklmnopqrstuvwxyz-1234567": {},
	} {
		if at, ok := askedAt(mark); ok != !want.IsZero() || ok && !at.Equal(want) {
			t.Errorf("%s is of %v, %t; want %v", mark, at, ok, want)
		}
	}
}
