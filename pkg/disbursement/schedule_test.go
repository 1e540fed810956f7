package disbursement_test

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestAWaitEndsOnTime: what the provider did not take is looked at when its wait is over, if that comes before its next turn; not when
// it is over already, and not while somebody may have it.
func TestAWaitEndsOnTime(t *testing.T) {
	for name, c := range map[string]struct {
		claim disbursement.Claim
		until time.Duration // from now; 0 = none
		soon  bool
	}{
		"over before its turn": {disbursement.ClaimShort, 30 * time.Second, true}, "also of a call not made": {disbursement.ClaimNotApplied, 30 * time.Second, true},
		"over long after": {disbursement.ClaimShort, time.Hour, false}, "over already": {disbursement.ClaimShort, -time.Second, false},
		"none": {disbursement.ClaimShort, 0, false}, "in doubt": {disbursement.ClaimUnknown, 30 * time.Second, false},
	} {
		o := disbursement.Observation{Claim: c.claim, By: "reply", Evidence: "e", At: noon, Attempt: 1}
		if c.until != 0 {
			o.WaitsUntil = noon.Add(c.until)
		}
		d, _, err := disbursement.Next(in(t, disbursement.Submitting), o)
		if soon := d.Due.Equal(o.WaitsUntil); err != nil || soon != c.soon || d.Due.Before(noon.Add(30*time.Second)) {
			t.Errorf("%s: %s, due after %s, %v", name, d.State, d.Due.Sub(noon), err)
		}
	}
}

// Gaps grow from a minute to half a day, with up to a quarter of jitter that is the same whoever computes it.
func TestQuestionsBecomeRarer(t *testing.T) {
	d := in(t, disbursement.Unknown)
	minutes := []int{2, 4, 8, 15, 30, 60, 120, 240, 480, 720, 720, 720}
	jitter, most := map[time.Duration]bool{}, 0.0
	for i, m := range minutes {
		again := d.Asked(noon)
		d = d.Asked(noon)
		gap, least := d.Due.Sub(noon), time.Duration(m)*time.Minute
		if gap < least || gap >= least+least/4 || d.Polls != i+1 || !again.Due.Equal(d.Due) {
			t.Errorf("question %d comes after %s, want %s and up to a quarter", i+1, gap, least)
		}
		jitter[(gap-least)*time.Duration(720/m)] = true
		most = max(most, float64(gap-least)/float64(least))
	}
	if len(jitter) < 5 || most < 0.1 {
		t.Errorf("the jitter of %d gaps has %d values, the largest %.3f of a gap", len(minutes), len(jitter), most)
	}
	other := d
	other.ID = "rf_2"
	if other.Asked(noon).Due.Equal(d.Asked(noon).Due) {
		t.Error("two disbursements ask at one instant")
	}
}

func TestWhenTheSweepLooks(t *testing.T) {
	for state, want := range map[disbursement.State]time.Duration{
		disbursement.Submitting: disbursement.SubmitLease, disbursement.Queued: disbursement.SubmitLease,
		disbursement.Held: 0, disbursement.Paid: 0, disbursement.Settled: 0, disbursement.Rejected: 0, disbursement.Returned: 0, disbursement.Cancelled: 0,
	} {
		d := refund()
		d.State = state
		due := d.Asked(noon).Due
		if want == 0 && !due.IsZero() || want != 0 && !due.Equal(noon.Add(want)) {
			t.Errorf("%s: looked at again at %s", state, due)
		}
	}
	waits := refund()
	waits.State, waits.AskUntil = disbursement.AwaitingApproval, noon.Add(time.Hour)
	if due := waits.Asked(noon).Due; !due.Equal(waits.AskUntil) {
		t.Errorf("a request for approval is looked at again at %s", due)
	}
	again := refund()
	again.Attempts = make([]disbursement.Attempt, 3)
	if gap := again.Asked(noon).Due.Sub(noon); gap < 4*time.Minute || gap >= 5*time.Minute {
		t.Errorf("a fourth attempt comes after %s", gap)
	}
	if due := refund().Postponed(noon).Due; !due.Equal(noon.Add(5 * time.Minute)) {
		t.Errorf("what is stopped is looked at again at %s", due)
	}
}

// Eleven days are counted from acceptance, or from when a person let it go; handing over that was stopped is no waiting.
func TestHowLongItWaited(t *testing.T) {
	d := refund()
	end := d.CreatedAt.Add(11 * 24 * time.Hour)
	if d.Exhausted(end.Add(-1)) || !d.Exhausted(end) {
		t.Error("not eleven days from acceptance")
	}
	later := noon.Add(5 * 24 * time.Hour)
	for name, s := range map[string]disbursement.Step{
		"approved": {At: later, From: disbursement.AwaitingApproval, To: disbursement.Queued},
		"let go":   {At: later, From: disbursement.Held, To: disbursement.Queued},
	} {
		d := refund()
		d.History = append(d.History, s)
		if end := later.Add(disbursement.GiveUpAfter); d.Exhausted(end.Add(-1)) || !d.Exhausted(end) {
			t.Errorf("%s: not eleven days from then", name)
		}
		if !d.WaitsSince().Equal(later) {
			t.Errorf("%s: waits since %s", name, d.WaitsSince())
		}
	}
	moved := refund()
	moved.History = append(moved.History, disbursement.Step{At: later, From: disbursement.Held, To: disbursement.Accepted},
		disbursement.Step{At: later, From: disbursement.Submitting, To: disbursement.Queued})
	if !moved.Exhausted(end) {
		t.Error("what nobody let go is given more time")
	}
	if d = d.Stopped(later); !d.WaitsSince().Equal(later) {
		t.Errorf("stopped until %s, waits since %s", later, d.WaitsSince())
	}
	if d = d.Stopped(noon.Add(-time.Hour)); !d.WaitsSince().Equal(noon) {
		t.Errorf("stopped before it was accepted, waits since %s", d.WaitsSince())
	}
}

// Keys are stored: another spelling is another record.
func TestKeys(t *testing.T) {
	for got, want := range map[store.Key]store.Key{
		disbursement.Key("demo", "rf_1"):                 {PK: "demo#rf_1", SK: "disbursement"},
		disbursement.ReferenceKey("demo", "acct", "T-9"): {PK: "demo#dref#acct#T-9", SK: "reference"},
		disbursement.ListKey(refund()):                   {PK: "demo#refunds#2026-11", SK: "2026-11-20T17:00:00.000Z|rf_1"},
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if a, b := disbursement.RefundID("demo", "R-1"), disbursement.PayoutID("demo", "R-1"); a[:3] != "rf_" || b[:3] != "po_" ||
		a != disbursement.RefundID("demo", "R-1") || a == disbursement.RefundID("other", "R-1") || a[3:] == b[3:] {
		t.Errorf("%s %s", a, b)
	}
}

// What waits for a provider is looked at from an instant on, never before now, each by some seconds of its own later.
func TestWhatWaitsForAProviderComesBackSpread(t *testing.T) {
	later := noon.Add(30 * time.Minute)
	spread := map[time.Duration]bool{}
	for i := range 20 {
		d := refund()
		d.ID = "rf_" + string(rune('a'+i))
		waits := d.Awaiting(later, noon)
		past := waits.Due.Sub(later)
		if past < 0 || past >= 15*time.Second || waits.Polls != 0 {
			t.Errorf("looked at again %s after the instant, after %d questions", past, waits.Polls)
		}
		if due := d.Awaiting(noon, later).Due; due.Sub(later) != past {
			t.Errorf("an instant that has passed: looked at again %s after now", due.Sub(later))
		}
		spread[past] = true
	}
	if len(spread) < 10 {
		t.Errorf("twenty come back in %d instants", len(spread))
	}
}
