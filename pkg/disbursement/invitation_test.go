package disbursement_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// A buyer is asked only where details are all that is missing, and no provider has it.
func TestWhoMayBeInvited(t *testing.T) {
	sent := []disbursement.Attempt{{At: noon}}
	for name, c := range map[string]struct {
		d    disbursement.Disbursement
		want bool
	}{
		"details, never sent":     {refund().Open(disbursement.HoldDetails, ""), true},
		"held for another reason": {refund().Open(disbursement.HoldKYC, ""), false},
		"not held":                {refund(), false},
		"details, at a provider": {disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.Unknown, HeldReason: disbursement.HoldDetails,
			Attempts: sent}, false},
		"queued, the reason of before": {disbursement.Disbursement{State: disbursement.Queued, HeldReason: disbursement.HoldDetails}, false},
	} {
		if c.d.Invitable() != c.want {
			t.Errorf("%s: %v", name, !c.want)
		}
		_, _, err := disbursement.Next(c.d, disbursement.Observation{Claim: disbursement.ClaimInvite, Evidence: "invite:1", By: "ana", At: noon})
		if (err == nil) != c.want || err != nil && !errors.Is(err, disbursement.ErrNotAllowed) {
			t.Errorf("%s: a link: %v", name, err)
		}
	}
}

// A link speaks of one hold, is on record, and only so many are given out for it.
func TestALinkIsOfOneHold(t *testing.T) {
	d := refund().Open(disbursement.HoldDetails, "")
	if !d.Invited(noon) || d.Invited(noon.Add(time.Millisecond)) || refund().Invited(time.Time{}) {
		t.Error("not of this hold, or of another")
	}
	for i := range 10 {
		next, tr := must(t, d, disbursement.Observation{Claim: disbursement.ClaimInvite, Evidence: fmt.Sprint("invite:", i), By: "ana", At: noon.Add(time.Hour)})
		if last := next.History[len(next.History)-1]; !tr.Changed || tr.Moved || last.By != "ana" || last.To != disbursement.Held || len(next.History) != i+2 {
			t.Fatalf("%+v, %+v", tr, last)
		}
		d = next
	}
	if _, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimInvite, Evidence: "invite:10", By: "ana", At: noon}); !errors.Is(err, disbursement.ErrNotAllowed) {
		t.Errorf("an eleventh: %v", err)
	}
	other := refund().Open(disbursement.HoldDetails, "")
	for i := range 12 { // what else was noted while it was held is no link
		other.History = append(other.History, disbursement.Step{From: disbursement.Held, To: disbursement.Held, Evidence: fmt.Sprint("noted:", i)},
			disbursement.Step{From: disbursement.Queued, To: disbursement.Held, Evidence: fmt.Sprint("invite:a", i)},
			disbursement.Step{From: disbursement.Held, To: disbursement.Queued, Evidence: fmt.Sprint("invite:b", i)})
	}
	other.History = append(other.History, disbursement.Step{At: noon, From: disbursement.Queued, To: disbursement.Held, Evidence: "held again"})
	if _, tr := must(t, other, disbursement.Observation{Claim: disbursement.ClaimInvite, Evidence: "invite:1", By: "ana", At: noon}); !tr.Changed {
		t.Error("what was noted counts as links")
	}
	if d.WasAnswered(noon) {
		t.Error("answered before anybody did")
	}
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSupply, Evidence: disbursement.Answered(noon), By: disbursement.ByBuyer, At: noon.Add(2 * time.Hour)})
	if !d.WasAnswered(noon) || d.WasAnswered(noon.Add(time.Millisecond)) || d.Invited(noon) {
		t.Error("not answered, or a link of use twice")
	}
}

// A receipt attests how it ended: that somebody has the money, or that it came back; each name once.
func TestWhatAReceiptAttests(t *testing.T) {
	issue := func(d disbursement.Disbursement, name, digest string) (disbursement.Disbursement, disbursement.Transition, error) {
		return disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimIssue, Evidence: disbursement.ReceiptMark + name + ":" + digest, By: "receipt", At: noon.Add(9 * time.Hour)})
	}
	ends := map[disbursement.State]int{disbursement.Paid: 2, disbursement.Settled: 2, disbursement.Returned: 3}
	for _, s := range disbursement.States() {
		d := in(t, s)
		if got := d.Ending(); got != ends[s] {
			t.Errorf("%s: ended with entry %d of %d, want %d", s, got, len(d.History), ends[s])
		}
		if _, _, err := issue(d, "es", "x"); (err == nil) != (ends[s] > 0) || err != nil && !errors.Is(err, disbursement.ErrNotAllowed) {
			t.Errorf("%s: %v", s, err)
		}
	}
	straight, _ := must(t, in(t, disbursement.Accepted), disbursement.Observation{Claim: disbursement.ClaimSettled, Evidence: "row", At: noon.Add(time.Hour)})
	if straight.Ending() != 3 {
		t.Errorf("settled at once: entry %d", straight.Ending())
	}
	d, tr, err := issue(in(t, disbursement.Paid), "es", "abc")
	if err != nil || !tr.Changed || tr.Moved || d.Receipt("es") != "abc" || d.Receipt("en") != "" || d.Ending() != 2 {
		t.Errorf("%+v %v, receipt %q, entry %d", tr, err, d.Receipt("es"), d.Ending())
	}
	if again, tr, err := issue(d, "es", "other"); err != nil || tr.Changed || again.Receipt("es") != "abc" {
		t.Errorf("issued twice: %+v %v", tr, err)
	}
	if _, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimIssue, Evidence: "receipt:en", At: noon}); !errors.Is(err, disbursement.ErrNotAllowed) {
		t.Errorf("no digest: %v", err)
	}
	steps := d.Journal()
	if n := len(d.History); len(steps) != n || steps[n-1].Evidence != "receipt:es:abc" || steps[0].To != string(d.History[0].To) || !steps[1].At.Equal(d.History[1].At) {
		t.Errorf("%+v", steps)
	}
}

// TestWhoHadTheLinkDoesNotAgree: of two people who were given links for the hold that a buyer's answer ended, neither may agree;
// links of a hold that ended otherwise keep nobody from it.
func TestWhoHadTheLinkDoesNotAgree(t *testing.T) {
	held := func(d disbursement.Disbursement) disbursement.Disbursement {
		d.NeedsRole, d.RequestedBy = "approver", "ana"
		return d
	}
	give := func(d disbursement.Disbursement, by string) disbursement.Disbursement {
		next, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimInvite, Evidence: "invite:" + by, By: by, At: noon.Add(time.Minute)})
		return next
	}
	answered := func(d disbursement.Disbursement) disbursement.Disbursement {
		next, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimSupply, Evidence: disbursement.Answered(d.HeldAt()), By: disbursement.ByBuyer, At: noon.Add(time.Hour)})
		if next.State != disbursement.AwaitingApproval {
			t.Fatalf("%+v", next)
		}
		return next
	}
	agree := func(d disbursement.Disbursement, by string) error {
		_, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimApprove, Evidence: "approve:" + by, By: by, At: noon.Add(2 * time.Hour)})
		return err
	}
	d := answered(give(give(held(refund().Open(disbursement.HoldDetails, "")), "beto"), "dora"))
	for _, by := range []string{"ana", "beto", "dora"} {
		if err := agree(d, by); !errors.Is(err, disbursement.ErrSecondPerson) {
			t.Errorf("%s: %v", by, err)
		}
	}
	if err := agree(d, "eva"); err != nil {
		t.Errorf("who had no link: %v", err)
	}
	again := give(held(refund().Open(disbursement.HoldDetails, "")), "beto")
	again.History = append(again.History, disbursement.Step{From: disbursement.Held, To: disbursement.Queued, By: "ana"},
		disbursement.Step{At: noon.Add(2 * time.Minute), From: disbursement.Queued, To: disbursement.Held})
	if err := agree(answered(give(again, "dora")), "beto"); err != nil {
		t.Errorf("a link of an earlier hold: %v", err)
	}
}
