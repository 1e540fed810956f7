package submit_test

import (
	"context"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestAnotherProviderIsSentNothing: the account has been given to another one, or is on another network, since the refund was
// accepted. One that may be with the first is for its people to tell of; one that never left goes again once people let it.
func TestAnotherProviderIsSentNothing(t *testing.T) {
	for name, c := range map[string]struct {
		provider, network string
		repeat            bool
		reason            string // for which it is held; empty = it is sent
	}{
		"another provider":       {"kushki", "efecty", false, disbursement.HoldDenied},
		"another network":        {"efecty", "pagoefectivo", false, disbursement.HoldDenied},
		"one that may be there":  {"kushki", "efecty", true, disbursement.HoldNoLookup},
		"the same":               {"efecty", "efecty", false, ""},
		"a record without these": {"", "efecty", false, ""},
	} {
		r := open(t)
		if c.repeat {
			r.see(disbursement.Observation{Claim: disbursement.ClaimSubmit, By: "submit", Evidence: "submit:1"})
			r.see(disbursement.Observation{Claim: disbursement.ClaimUnknown, By: "reply", Attempt: 1, Evidence: "reply:1"})
			r.see(disbursement.Observation{Claim: disbursement.ClaimNotFound, By: "poll", Attempt: 1, Evidence: disbursement.Repeat + "1"})
		}
		d := r.refund()
		d.Provider, d.Network = c.provider, c.network
		if err := r.Store.Commit(context.Background(), store.Put{Record: disbursement.Encode(d)}); err != nil {
			t.Fatal(err)
		}
		tries := len(d.Attempts)
		for round := range 2 { // as often as people let it go
			r.host.Sleep(time.Hour)
			if err := r.handle(); err != nil {
				t.Fatal(name, err)
			}
			d = r.refund()
			if c.reason == "" {
				break
			}
			if d.State != disbursement.Held || r.calls != 0 || len(d.Attempts) != tries || (round == 0 && (d.HeldReason != c.reason || d.Unsent() == c.repeat)) {
				t.Fatalf("%s: %s for %q, %d calls, %d attempts", name, d.State, d.HeldReason, r.calls, len(d.Attempts))
			}
			r.letGo()
		}
		if c.reason == "" && (d.State != disbursement.Collectable || r.calls != 1) {
			t.Errorf("%s: %s, %d calls", name, d.State, r.calls)
		}
	}
}
