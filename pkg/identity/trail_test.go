package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"pgregory.net/rapid"
)

// TestTrailsComeBackAsTheyWere: whatever a caller chose, and in four bytes less what we gave.
func TestTrailsComeBackAsTheyWere(t *testing.T) {
	given := identity.DeriveAt("req_", time.Unix(1_780_000_000, 0), "x")
	if short := (identity.Trail{Request: given}).Short(); short != strings.TrimPrefix(given, "req_") {
		t.Errorf("%s is kept as %s", given, short)
	}
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.OneOf(rapid.StringMatching(`[!-~]{0,100}`), rapid.Just(given), rapid.Just(given[4:]), rapid.Just("="+given)).Draw(t, "id")
		trail := identity.Trail{Request: chosen, Trace: "t"}
		if back := identity.Lengthen(trail.Short(), trail.Trace); back != trail {
			t.Fatalf("%q came back as %q", trail, back)
		}
	})
}
