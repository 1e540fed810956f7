package disbursement_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
)

// waiting is a refund that ana asked for and somebody must agree to within an hour.
func waiting(hold string) disbursement.Disbursement {
	d := refund()
	d.RequestedBy, d.NeedsRole, d.AskUntil = "ana", "approver", noon.Add(time.Hour)
	return d.Open(hold, "")
}

func TestWhoMayApproveAndUntilWhen(t *testing.T) {
	seen := waiting("").Fingerprint()
	for name, c := range map[string]struct {
		o    disbursement.Observation
		want error
	}{
		"in time":             {disbursement.Observation{By: "beto", At: noon.Add(time.Hour - 1)}, nil},
		"what was seen":       {disbursement.Observation{By: "beto", At: noon, Proof: seen}, nil},
		"too late":            {disbursement.Observation{By: "beto", At: noon.Add(time.Hour)}, disbursement.ErrNotAllowed},
		"whoever asked":       {disbursement.Observation{By: "ana", At: noon}, disbursement.ErrSecondPerson},
		"something else seen": {disbursement.Observation{By: "beto", At: noon, Proof: "0" + seen[1:]}, disbursement.ErrDiffers},
	} {
		c.o.Claim, c.o.Evidence = disbursement.ClaimApprove, "approve"
		next, _, err := disbursement.Next(waiting(""), c.o)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c.want == nil && (next.State != disbursement.Queued || next.ApprovedHash != seen || next.ApprovedBy != "beto" || !next.AskUntil.IsZero()) {
			t.Errorf("%s: %+v", name, next)
		}
	}
}

// TestAFingerprintKnowsEverythingThatMatters and nothing else: each change of one makes another, progress does not.
func TestAFingerprintKnowsEverythingThatMatters(t *testing.T) {
	d := full()
	same := d
	same.State, same.Polls, same.History, same.Due = disbursement.Queued, 9, nil, noon
	if same.Fingerprint() != d.Fingerprint() {
		t.Error("progress changes what was approved")
	}
	seen := map[string]bool{d.Fingerprint(): true}
	for _, f := range identity.Fields() {
		other := d
		other.Beneficiary = other.Beneficiary.Without(f)
		seen[other.Fingerprint()] = true
	}
	for _, change := range []func(*disbursement.Disbursement){
		func(d *disbursement.Disbursement) { d.ID = "x" }, func(d *disbursement.Disbursement) { d.Account = "x" },
		func(d *disbursement.Disbursement) { d.Route = disbursement.Manual }, func(d *disbursement.Disbursement) { d.Payment = "x" },
		func(d *disbursement.Disbursement) { d.Provider = "x" }, func(d *disbursement.Disbursement) { d.Reason = "x" },
		func(d *disbursement.Disbursement) { d.Amount = d.Amount.Neg() }, func(d *disbursement.Disbursement) { d.Tenant = "x" },
	} {
		other := d
		change(&other)
		seen[other.Fingerprint()] = true
	}
	if want := 1 + len(identity.Fields()) + 8; len(seen) != want {
		t.Errorf("%d fingerprints of %d different things", len(seen), want)
	}
}

// TestWhatLeavesAHoldIsAgreedTo: details that come later are approved with the rest, also if it was approved before.
func TestWhatLeavesAHoldIsAgreedTo(t *testing.T) {
	supply := disbursement.Observation{Claim: disbursement.ClaimSupply, By: "buyer", Evidence: "page", At: noon.Add(3 * time.Hour),
		Beneficiary: identity.Person{Account: "191"}}
	late, _ := must(t, waiting(disbursement.HoldDetails), supply)
	if late.State != disbursement.AwaitingApproval || late.Beneficiary.Account != "191" || !late.AskUntil.IsZero() {
		t.Errorf("not agreed to yet: %s", late.State)
	}
	d, _ := must(t, waiting(""), disbursement.Observation{Claim: disbursement.ClaimApprove, By: "beto", Evidence: "approve", At: noon})
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "submit", At: noon})
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimDenied, HoldReason: disbursement.HoldDetails, Attempt: 1, Evidence: "r", At: noon})
	if d, _ = must(t, d, supply); d.State != disbursement.AwaitingApproval || d.ApprovedBy != "" {
		t.Errorf("agreed to something else: %s, by %q", d.State, d.ApprovedBy)
	}
	free := refund().Open(disbursement.HoldDetails, "")
	if free, _ = must(t, free, supply); free.State != disbursement.Queued || free.HeldFrom != "" || free.HeldReason != "" {
		t.Errorf("nobody needs to agree: %s, held from %q for %q", free.State, free.HeldFrom, free.HeldReason)
	}
}

// TestEachRoundIsAgreedToAnew: whoever approved what was there before may approve what is there now, once; the request lapses
// anew.
func TestEachRoundIsAgreedToAnew(t *testing.T) {
	d := waiting("")
	if d.Round() != 1 {
		t.Fatalf("round %d", d.Round())
	}
	until := noon.Add(9 * time.Hour)
	for _, o := range []disbursement.Observation{
		{Claim: disbursement.ClaimApprove, By: "beto", Evidence: "approve:beto", At: noon},
		{Claim: disbursement.ClaimSubmit, Evidence: "submit", At: noon},
		{Claim: disbursement.ClaimDenied, HoldReason: disbursement.HoldDetails, Attempt: 1, Evidence: "r", At: noon},
		{Claim: disbursement.ClaimSupply, By: "ana", Evidence: "page", At: noon, AskUntil: until, Beneficiary: identity.Person{Account: "191"}},
	} {
		d, _ = must(t, d, o)
	}
	if d.State != disbursement.AwaitingApproval || d.Round() != 2 || !d.AskUntil.Equal(until) || !d.Due.Equal(until) {
		t.Fatalf("%s, round %d, until %s, due %s", d.State, d.Round(), d.AskUntil, d.Due)
	}
}

// TestWhoWasLookedAtIsNotSomebodyElse: a person let go says nothing of another; more told of the same person changes nothing.
func TestWhoWasLookedAtIsNotSomebodyElse(t *testing.T) {
	for name, c := range map[string]struct {
		told identity.Person
		kept bool
	}{
		"another document": {identity.Person{DocumentNumber: "52123456"}, false},
		"another type":     {identity.Person{DocumentType: "CE"}, false},
		"another name":     {identity.Person{Name: "Eva"}, false},
		"an account":       {identity.Person{Account: "191"}, true},
	} {
		d := refund()
		d.ClearedBy, d.Checked = "beto", "checker:1"
		d = d.Open(disbursement.HoldDetails, "")
		d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSupply, Evidence: "page", At: noon, Beneficiary: c.told})
		if kept := d.ClearedBy == "beto" && d.Checked == "checker:1"; kept != c.kept || (!kept && d.ClearedBy+d.Checked != "") {
			t.Errorf("%s: cleared by %q, checked %q", name, d.ClearedBy, d.Checked)
		}
	}
}

// TestASupplyHoldsForWhatWasRead, and one that tells of a person to be looked at stays held until it is let go.
func TestASupplyHoldsForWhatWasRead(t *testing.T) {
	d := waiting(disbursement.HoldDetails)
	d.Version = 3
	supply := disbursement.Observation{Claim: disbursement.ClaimSupply, Evidence: "page", At: noon, Rests: 2, HoldReason: disbursement.HoldScreened,
		Beneficiary: identity.Person{Account: "191"}}
	if _, _, err := disbursement.Next(d, supply); !errors.Is(err, disbursement.ErrMoved) {
		t.Errorf("of another version: %v", err)
	}
	supply.Rests = 3
	d, _ = must(t, d, supply)
	if d.State != disbursement.Held || d.HeldReason != disbursement.HoldScreened || !d.Unsent() || d.Beneficiary.Account != "191" {
		t.Fatalf("%s for %q, from %q", d.State, d.HeldReason, d.HeldFrom)
	}
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimRequeue, Evidence: "requeue", At: noon})
	if d.State != disbursement.AwaitingApproval {
		t.Errorf("let go, and nobody has agreed: %s", d.State)
	}
}

// What a person asks for where it does not fit is refused aloud: a provider's word would be passed over in silence.
func TestWhatPeopleAskForInVainIsRefused(t *testing.T) {
	for _, c := range []disbursement.Claim{disbursement.ClaimApprove, disbursement.ClaimCancel, disbursement.ClaimRequeue, disbursement.ClaimHold, disbursement.ClaimSupply} {
		d := in(t, disbursement.Settled)
		next, tr, err := disbursement.Next(d, disbursement.Observation{Claim: c, By: "ana", Evidence: "x", At: noon.Add(9 * time.Hour)})
		if !errors.Is(err, disbursement.ErrNotAllowed) || tr.Changed || next.State != disbursement.Settled {
			t.Errorf("%s of what is settled: %v, %+v", c, err, tr)
		}
	}
}
