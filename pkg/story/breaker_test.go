package story_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// pauses are what health says waits at a provider.
func (s *stack) pauses(name string) (paused []doc, notes string) {
	s.t.Helper()
	for _, p := range list(s.get("/v1/health"), "providers") {
		if str(p["provider"]) == name {
			paused = append(paused, list(p, "paused")...)
			notes += fmt.Sprint(p["notes"])
		}
	}
	return paused, notes
}

// TestAProviderThatIsAwayIsLeftAlone: when half of twenty calls of a minute failed the others wait, unsent and at no cost to their
// tries; health says so; when it is back all of them end.
func TestAProviderThatIsAwayIsLeftAlone(t *testing.T) {
	t.Parallel()
	const refunds = 30
	s, x := start(t), peru()
	payments := make([]string, refunds)
	for i := range payments {
		payments[i] = s.paid(x)
	}
	s.arm(x.network, "timeout_before", 2*refunds, "")
	ids := make([]string, refunds)
	for i := range ids {
		if i == 20 {
			s.settle()
		}
		ids[i] = s.back(x, payments[i], 100)
	}
	s.settle()
	paused, notes := s.pauses(x.network)
	if len(paused) == 0 || str(paused[0]["ability"]) != "refund" || !strings.Contains(notes, "fails refund since") {
		t.Fatalf("health says %v, %s", paused, notes)
	}
	unsent := 0
	for _, id := range ids {
		if r := s.get("/v1/refunds/" + id); str(r["status"]) == "queued" && len(list(r, "attempts")) == 0 {
			unsent++
		}
	}
	if unsent != refunds-20 {
		t.Errorf("%d of %d are unsent: twenty calls open a breaker", unsent, refunds)
	}
	s.want(200, s.do("DELETE", "/_sandbox/faults", nil))
	s.advance(2 * time.Hour)
	for _, id := range ids {
		if r := s.get("/v1/refunds/" + id); str(r["status"]) != "accepted" && str(r["status"]) != "paid" {
			t.Errorf("%s: %s", id, str(r["status"]))
		}
		if n := len(s.live(x.network, id)); n != 1 {
			t.Errorf("%s: the ledger has %d", id, n)
		}
	}
	if paused, notes := s.pauses(x.network); len(paused) != 0 {
		t.Errorf("then health says %v, %s", paused, notes)
	}
}
