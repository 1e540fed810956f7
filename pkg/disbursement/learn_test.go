package disbursement_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// What a provider tells beside the state is kept the first time, and counts as news even if the state stays.
func TestWhatIsLearnedOnTheWay(t *testing.T) {
	day := calendar.Date{Year: 2026, Month: 11, Day: 23}
	expires := noon.Add(72 * time.Hour)
	d, _ := must(t, in(t, disbursement.Submitting), disbursement.Observation{Claim: disbursement.ClaimAccepted, Evidence: "1", At: noon.Add(time.Hour),
		Attempt: 1, By: disbursement.ByReply, ResponseID: "r-1", Reference: "T-9", CashCode: "998877", CashExpires: expires})
	if d.Reference != "T-9" || d.CashCode != "998877" || !d.CashExpires.Equal(expires) || d.Attempts[0].Outcome != "accepted" || d.Attempts[0].ResponseID != "r-1" {
		t.Errorf("%+v", d)
	}
	again, tr := must(t, d, disbursement.Observation{Claim: disbursement.ClaimAccepted, Evidence: "2", At: noon.Add(2 * time.Hour), Reference: "T-10", CashCode: "1",
		CashExpires: noon, Attempt: 1, By: disbursement.ByReply, ResponseID: "r-2"})
	if tr.Changed || again.Reference != "T-9" || again.CashCode != "998877" || !again.CashExpires.Equal(expires) || again.Attempts[0].ResponseID != "r-1" {
		t.Errorf("told otherwise later: %+v, %+v", tr, again)
	}
	late := in(t, disbursement.Accepted)
	late.Reference = ""
	if late, tr = must(t, late, disbursement.Observation{Claim: disbursement.ClaimAccepted, Evidence: "3", At: noon.Add(time.Hour), Reference: "T-9"}); !tr.Changed || tr.Moved || late.Reference != "T-9" {
		t.Errorf("a reference that comes late: %+v, %q", tr, late.Reference)
	}
	paidAt := noon.Add(3 * time.Hour)
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "4", At: noon.Add(4 * time.Hour), OccurredAt: paidAt, Amount: 4900})
	if d.Received != 4900 || !d.PaidAt.Equal(paidAt) || !d.EvidenceAt.Equal(paidAt) {
		t.Errorf("received %d at %s", d.Received, d.PaidAt)
	}
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSettled, Evidence: "5", At: noon.Add(5 * time.Hour), SettledOn: day, Fee: 17, Amount: 1})
	if d.SettledOn != day || d.Fee != 17 || d.Received != 4900 {
		t.Errorf("settled on %s for a fee of %d, received %d", d.SettledOn, d.Fee, d.Received)
	}
	if d, tr = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSettled, Evidence: "6", At: noon, SettledOn: calendar.Date{Year: 2027, Month: 1, Day: 1}, Fee: 1}); tr.Changed || d.Fee != 17 {
		t.Errorf("settled twice: %+v, fee %d", tr, d.Fee)
	}
	straight, _ := must(t, in(t, disbursement.Accepted), disbursement.Observation{Claim: disbursement.ClaimSettled, Evidence: "7", At: noon.Add(time.Hour), SettledOn: day})
	if straight.Received != 5000 || !straight.PaidAt.Equal(noon.Add(time.Hour)) || straight.State != disbursement.Settled {
		t.Errorf("the row is the first word of it: received %d at %s", straight.Received, straight.PaidAt)
	}
}

// A reply answers its own attempt only; what does not come as a reply answers none.
func TestAnAttemptHasOneOutcome(t *testing.T) {
	for name, o := range map[string]disbursement.Observation{
		"no attempt": {Attempt: 0, By: disbursement.ByReply}, "one that never was": {Attempt: 2, By: disbursement.ByReply}, "a webhook": {Attempt: 1, By: "webhook"},
	} {
		o.Claim, o.Evidence, o.At = disbursement.ClaimAccepted, "x", noon.Add(time.Hour)
		if d, _ := must(t, in(t, disbursement.Submitting), o); d.Attempts[0].Outcome != "" {
			t.Errorf("%s: outcome %q", name, d.Attempts[0].Outcome)
		}
	}
}

func TestTheFirstAndTheLastAttempt(t *testing.T) {
	d := in(t, disbursement.Submitting)
	first := d.SentAt
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimNotApplied, Attempt: 1, By: disbursement.ByReply, Evidence: "1", At: noon.Add(time.Hour)})
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "2", At: noon.Add(2 * time.Hour)})
	if !d.SentAt.Equal(first) || !d.LastSentAt.Equal(noon.Add(2*time.Hour)) || len(d.Attempts) != 2 {
		t.Errorf("sent %s, last %s, %d attempts", d.SentAt, d.LastSentAt, len(d.Attempts))
	}
}

// What runs is what was approved: anything else is held before it is sent.
func TestWhatChangedAfterApprovalIsHeld(t *testing.T) {
	d, _ := must(t, waiting(""), disbursement.Observation{Claim: disbursement.ClaimApprove, By: "beto", Evidence: "approve", At: noon})
	d.Beneficiary.Account = "191"
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "submit", At: noon})
	if d.State != disbursement.Held || d.HeldReason != disbursement.HoldChanged || d.Sent() || d.Advice() != disbursement.Stop {
		t.Errorf("%s for %q, sent %v, advice %s", d.State, d.HeldReason, d.Sent(), d.Advice())
	}
}

// Whoever lets a person go is written down as the one who looked.
func TestWhoLetsAPersonGo(t *testing.T) {
	requeue := disbursement.Observation{Claim: disbursement.ClaimRequeue, By: "beto", Evidence: "requeue", At: noon}
	kyc, _ := must(t, refund().Open(disbursement.HoldKYC, ""), requeue)
	blocked, _ := must(t, refund().Open(disbursement.HoldBlocked, ""), requeue)
	if kyc.Checked != "person:beto" || kyc.ClearedBy != "" || blocked.ClearedBy != "beto" || blocked.Checked != "" {
		t.Errorf("checked %q and %q, cleared by %q and %q", kyc.Checked, blocked.Checked, kyc.ClearedBy, blocked.ClearedBy)
	}
	if a := refund().Open(disbursement.HoldBlocked, "").Advice(); a != disbursement.Stop {
		t.Errorf("the advice on a blocked person is %s", a)
	}
}

// The provider's own words are kept with the step, without the buyer's details.
func TestWhatTheProviderSaid(t *testing.T) {
	d := in(t, disbursement.Accepted)
	d.Beneficiary = identity.Person{Name: "Ana Quispe", DocumentNumber: "12345678"}
	for _, c := range []struct{ code, word, note, want, noted string }{
		{"R01", "", "", "R01", "R01"}, {"R01", "REJECTED", "no such account", "REJECTED", "R01: no such account"}, {"", "", "why", "", "why"},
	} {
		next, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimRejected, Evidence: "x", At: noon.Add(time.Hour), Code: c.code, Word: c.word, Note: c.note,
			Said: "Ana Quispe (12345678) no tiene cuenta"})
		if last := next.History[len(next.History)-1]; next.Word != c.want || last.Note != c.noted {
			t.Errorf("word %q, note %q", next.Word, last.Note)
		}
		if strings.Contains(next.Said, "12345678") || strings.Contains(next.Said, "Quispe") || !strings.Contains(next.Said, "no tiene cuenta") {
			t.Errorf("it said %q", next.Said)
		}
	}
	silent, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimRejected, Evidence: "x", At: noon.Add(time.Hour), Word: "REJECTED"})
	if silent.Word != "REJECTED" || silent.Said != "" {
		t.Errorf("a word alone: %q, %q", silent.Word, silent.Said)
	}
	back, _ := must(t, silent, disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "y", At: noon.Add(2 * time.Hour)})
	if back.Word != "REJECTED" {
		t.Errorf("no word took the last one away: %q", back.Word)
	}
}

// Since when people are waited for: since it was held the last time, not since somebody proposed something.
func TestSinceWhenItIsHeld(t *testing.T) {
	d := held(t, holds()["10 accepted, and then nothing"])
	since := d.HeldAt()
	with, err := propose(t, d, disbursement.ConfirmPaid)
	if err != nil {
		t.Fatal(err)
	}
	if !since.Equal(noon.Add(2*time.Minute)) || !with.HeldAt().Equal(since) {
		t.Errorf("held since %s, after a proposal since %s", since, with.HeldAt())
	}
	if opened := refund().Open(disbursement.HoldKYC, "why"); !opened.HeldAt().Equal(noon) || opened.HeldFrom != disbursement.Queued || opened.History[0].Note != "why" {
		t.Errorf("held from the start, since %s, from %s", opened.HeldAt(), opened.HeldFrom)
	}
	if !refund().HeldAt().IsZero() {
		t.Error("what is queued is held")
	}
}

// Nothing of the desk fits what is not held, and a proposal can be taken back once.
func TestTheDeskIsForWhatIsHeld(t *testing.T) {
	for _, c := range []disbursement.Claim{disbursement.ClaimTake, disbursement.ClaimRelease, disbursement.ClaimPropose, disbursement.ClaimWithdraw} {
		if _, _, err := disbursement.Next(refund(), disbursement.Observation{Claim: c, By: "ana", At: noon, Evidence: "x"}); !errors.Is(err, disbursement.ErrNotAllowed) {
			t.Errorf("%s of what is queued: %v", c, err)
		}
	}
	if refund().Actions() != nil || refund().Advice() != "" {
		t.Errorf("%v and %s of what is queued", refund().Actions(), refund().Advice())
	}
	d := held(t, holds()["10 accepted, and then nothing"])
	withdraw := disbursement.Observation{Claim: disbursement.ClaimWithdraw, By: "beto", At: noon.Add(time.Hour), Evidence: "w"}
	if _, _, err := disbursement.Next(d, withdraw); !errors.Is(err, disbursement.ErrNotAllowed) {
		t.Errorf("took back nothing: %v", err)
	}
	with, err := propose(t, d, disbursement.ConfirmPaid)
	if err != nil {
		t.Fatal(err)
	}
	back, tr := must(t, with, withdraw)
	if last := back.History[len(back.History)-1]; back.Desk.Proposal.Action != "" || !tr.Moved || last.Note != "withdrew confirm_paid" || last.By != "beto" {
		t.Errorf("%+v, %+v", back.Desk, last)
	}
	// What was possible when it was proposed may have become impossible.
	with.Contested = true
	with.Desk.Proposal.Action = disbursement.Stop
	if _, _, err := agree(with, disbursement.Stop, "beto"); !errors.Is(err, disbursement.ErrNotAllowed) {
		t.Errorf("agreed to what is no longer possible: %v", err)
	}
}

// Unsent is what cannot have been paid: only then may one person end it alone.
func TestWhatIsSurelyUnsent(t *testing.T) {
	sent := []disbursement.Attempt{{At: noon}}
	for _, c := range []struct {
		name string
		d    disbursement.Disbursement
		want bool
	}{
		{"queued", disbursement.Disbursement{State: disbursement.Queued}, true},
		{"queued again", disbursement.Disbursement{State: disbursement.Queued, Attempts: sent}, true},
		{"under way", disbursement.Disbursement{State: disbursement.Submitting, Attempts: sent}, false},
		{"held, denied", disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.Submitting, HeldReason: disbursement.HoldDenied, Attempts: sent}, true},
		{"held, denied what may have been taken", disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.Unknown, HeldReason: disbursement.HoldDenied, Attempts: sent}, false},
		{"held, contested", disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.Queued, Contested: true}, false},
		{"held, seen though never sent", disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.Queued, HeldReason: disbursement.HoldNeverSent}, false},
		{"held before it was agreed to", disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.AwaitingApproval, Attempts: sent}, true},
		{"held unknown", disbursement.Disbursement{State: disbursement.Held, HeldFrom: disbursement.Unknown, HeldReason: disbursement.HoldExhausted, Attempts: sent}, false},
	} {
		if c.d.Unsent() != c.want {
			t.Errorf("%s: unsent %v", c.name, !c.want)
		}
	}
}

// What a disbursement takes of its payment, state by state.
func TestReserves(t *testing.T) {
	for _, s := range disbursement.States() {
		d := refund()
		d.State, d.Returned = s, 4000
		want := int64(5000)
		switch s {
		case disbursement.Returned:
			want = 1000
		case disbursement.Rejected, disbursement.Cancelled:
			want = 0
		}
		if got := d.Reserves(); got != want {
			t.Errorf("%s reserves %d, want %d", s, got, want)
		}
		overdrawn, payout := d, d
		overdrawn.Overdrawn, payout.Kind = true, disbursement.Payout
		if overdrawn.Reserves() != 0 || payout.Reserves() != 0 {
			t.Errorf("%s: overdrawn reserves %d, a payout %d", s, overdrawn.Reserves(), payout.Reserves())
		}
		if done := s == disbursement.Paid || s == disbursement.Settled || s.Final(); s.Done() != done {
			t.Errorf("%s: done %v", s, s.Done())
		}
	}
}

func TestABrokenRecordIsNamed(t *testing.T) {
	_, err := disbursement.Decode(store.Record{Key: disbursement.Key("demo", "rf_1"), Body: []byte("{")})
	if err == nil || !strings.Contains(err.Error(), "rf_1") {
		t.Errorf("%v", err)
	}
	bare := disbursement.Disbursement{Tenant: "demo", ID: "po_1", Kind: disbursement.Payout, Amount: money.New(1, money.COP), State: disbursement.Queued, CreatedAt: noon}
	back, err := disbursement.Decode(disbursement.Encode(bare))
	if err != nil || back.Amount != bare.Amount || !back.Due.IsZero() || !back.CashExpires.IsZero() || back.Attempts != nil {
		t.Errorf("%+v %v", back, err)
	}
}

// What people do is on record, and doing it again has no second effect.
func TestWhatPeopleDidIsOnRecord(t *testing.T) {
	d := held(t, holds()["10 accepted, and then nothing"])
	taken, tr := must(t, d, disbursement.Observation{Claim: disbursement.ClaimTake, By: "ana", At: noon.Add(time.Hour), Evidence: "take"})
	if !tr.Changed || tr.Moved || len(taken.History) != len(d.History) {
		t.Errorf("an assignment: %+v", tr)
	}
	with, err := propose(t, d, disbursement.ConfirmPaid)
	if err != nil {
		t.Fatal(err)
	}
	if last := with.History[len(with.History)-1]; last.Note != "proposed confirm_paid; case 7" {
		t.Errorf("%+v", last)
	}
	ended, _, err := agree(with, disbursement.ConfirmPaid, "beto")
	if err != nil {
		t.Fatal(err)
	}
	last := ended.History[len(ended.History)-1]
	if last.Note != "proposed by ana: case 7" || !strings.HasPrefix(last.Evidence, "resolve:confirm_paid:ana:") {
		t.Errorf("%+v", last)
	}
	if ended.HeldAt() != (time.Time{}) {
		t.Errorf("what is %s is held since %s", ended.State, ended.HeldAt())
	}
	if _, _, err := agree(d, disbursement.ConfirmPaid, "beto"); errors.Is(err, disbursement.ErrDiffers) {
		t.Errorf("nothing was proposed, and it differs: %v", err)
	}
	if opened := (disbursement.Disbursement{CreatedAt: noon}).Open("", ""); opened.State != disbursement.Queued || !opened.Due.Equal(noon.Add(disbursement.SubmitLease)) {
		t.Errorf("%s, due %s", opened.State, opened.Due)
	}
}

// A provider that conclusively knows nothing of the last attempt, asked while it is held, is noted: once, of that attempt alone.
func TestThatItIsNotThereIsNotedWhileHeld(t *testing.T) {
	d := held(t, holds()["07 unknown, asked for eleven days"])
	notFound := disbursement.Observation{Claim: disbursement.ClaimNotFound, Attempt: 1, Evidence: "nf", At: noon.Add(time.Hour)}
	noted, tr := must(t, d, notFound)
	if noted.Desk.NotFound != 1 || !tr.Changed || tr.Moved {
		t.Errorf("%+v, %+v", noted.Desk, tr)
	}
	if _, tr := must(t, noted, notFound); tr.Changed {
		t.Error("noted twice")
	}
	for name, o := range map[string]disbursement.Observation{
		"of another attempt": {Claim: disbursement.ClaimNotFound, Attempt: 2},
		"another claim":      {Claim: disbursement.ClaimUnknown, Attempt: 1},
	} {
		o.Evidence, o.At = "x", noon.Add(time.Hour)
		if d, _ := must(t, d, o); d.Desk.NotFound != 0 {
			t.Errorf("%s: noted", name)
		}
	}
	unheld, _ := must(t, in(t, disbursement.Accepted), notFound)
	if unheld.Desk.NotFound != 0 {
		t.Error("noted of what is not held")
	}
}

// Facts alone are news: each makes the record be written though the state stays.
func TestFactsAloneAreNews(t *testing.T) {
	day := calendar.Date{Year: 2026, Month: 11, Day: 23}
	bare := in(t, disbursement.Settled)
	unreceived := in(t, disbursement.Settled)
	unreceived.Received = 0
	for name, c := range map[string]struct {
		d disbursement.Disbursement
		o disbursement.Observation
	}{
		"when the code runs out": {in(t, disbursement.Collectable), disbursement.Observation{Claim: disbursement.ClaimCollectable, CashExpires: noon}},
		"what was received":      {unreceived, disbursement.Observation{Claim: disbursement.ClaimPaid, Amount: 1}},
		"what it cost":           {bare, disbursement.Observation{Claim: disbursement.ClaimSettled, SettledOn: day, Fee: 3}},
		"how an attempt ended":   {in(t, disbursement.Accepted), disbursement.Observation{Claim: disbursement.ClaimAccepted, Attempt: 1, By: disbursement.ByReply}},
	} {
		c.o.Evidence, c.o.At = "x", noon.Add(time.Hour)
		if next, tr := must(t, c.d, c.o); !tr.Changed || tr.Moved {
			t.Errorf("%s: %+v, %s", name, tr, next.State)
		}
	}
}

// What went back before it was paid, told the other way round, went back whole: the amount speaks of the payment.
func TestABounceToldTheOtherWayRoundIsWhole(t *testing.T) {
	for _, claim := range []disbursement.Claim{disbursement.ClaimPaid, disbursement.ClaimSettled} {
		d, tr := must(t, in(t, disbursement.Rejected), disbursement.Observation{Claim: claim, Evidence: "x", At: noon.Add(time.Hour),
			OccurredAt: noon.Add(time.Minute), Amount: 100})
		if d.State != disbursement.Returned || d.Returned != 5000 || tr.Free != 0 {
			t.Errorf("%s: %s, %d came back, %d freed", claim, d.State, d.Returned, tr.Free)
		}
	}
}

// Next leaves what it was given alone, whatever it appends.
func TestNextChangesNothingOfWhatItWasGiven(t *testing.T) {
	d := in(t, disbursement.Submitting)
	d.History, d.Attempts = append(make([]disbursement.Step, 0, 20), d.History...), append(make([]disbursement.Attempt, 0, 20), d.Attempts...)
	one, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimAccepted, Evidence: "one", At: noon, Attempt: 1, By: disbursement.ByReply})
	two, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimRejected, Evidence: "two", At: noon, Attempt: 1, By: disbursement.ByReply})
	if n := len(one.History) - 1; one.History[n].Evidence != "one" || two.History[n].Evidence != "two" || one.Attempts[0].Outcome != "accepted" || d.Attempts[0].Outcome != "" {
		t.Errorf("%+v and %+v of one", one.History[n], two.History[n])
	}
}

// The first attempt is when it was sent; each success counts whichever attempt it answers.
func TestWhenItWasSentAndWhatCountsOfAnOldAttempt(t *testing.T) {
	d, _ := must(t, refund(), disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "s", At: noon.Add(time.Minute)})
	if !d.SentAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("sent at %s", d.SentAt)
	}
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimNotApplied, Attempt: 1, Evidence: "1", At: noon.Add(time.Hour)})
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "2", At: noon.Add(2 * time.Hour)})
	for claim, want := range map[disbursement.Claim]disbursement.State{
		disbursement.ClaimAccepted: disbursement.Accepted, disbursement.ClaimCollectable: disbursement.Collectable, disbursement.ClaimPaid: disbursement.Paid,
		disbursement.ClaimSettled: disbursement.Settled, disbursement.ClaimReturned: disbursement.Submitting, disbursement.ClaimRejected: disbursement.Submitting,
	} {
		if got, _ := must(t, d, disbursement.Observation{Claim: claim, Attempt: 1, Evidence: "late", At: noon.Add(3 * time.Hour)}); got.State != want {
			t.Errorf("late %s of the first attempt: %s, want %s", claim, got.State, want)
		}
	}
}

// TestNobodyIsRemindedOfWhatHasEnded, however late it is.
func TestNobodyIsRemindedOfWhatHasEnded(t *testing.T) {
	late := noon.AddDate(0, 2, 0)
	for _, state := range disbursement.States() {
		d := disbursement.Disbursement{Network: "efecty", AcceptedOn: calendar.On(noon, time.UTC), CreatedAt: noon, State: state}
		if must := d.MustWarn(late); must == state.Done() {
			t.Errorf("%s: reminded %v", state, must)
		}
	}
}

// What a provider says without an instant is ordered by the provider's clock, whichever of our clocks heard it: money that comes back
// right after is a return, and a refusal from before is a contradiction, be that clock fast or slow.
func TestOurClockDoesNotOrderWhatAProviderSays(t *testing.T) {
	told := noon.Add(time.Hour)
	for _, ours := range []time.Duration{-9 * time.Minute, 0, 9 * time.Minute} {
		paid, _ := must(t, in(t, disbursement.Accepted), disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "poll:1", By: "poll", At: told.Add(ours), AsOf: told})
		if !paid.PaidAt.Equal(told) || !paid.EvidenceAt.Equal(told) {
			t.Errorf("a clock that is off by %s: paid at %s, evidence of %s", ours, paid.PaidAt, paid.EvidenceAt)
		}
		for after, want := range map[time.Duration]disbursement.State{time.Second: disbursement.Returned, -time.Second: disbursement.Held} {
			d, _ := must(t, paid, disbursement.Observation{Claim: disbursement.ClaimReturned, Evidence: "w-2", By: "webhook", At: told.Add(time.Hour), OccurredAt: told.Add(after)})
			if d.State != want {
				t.Errorf("a clock that is off by %s, %s after: %s, want %s", ours, after, d.State, want)
			}
		}
	}
}
