package disbursement_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
)

// holds are the ways in which a disbursement comes to be held.
func holds() map[string][]disbursement.Observation {
	submit := disbursement.Observation{Claim: disbursement.ClaimSubmit}
	claim := func(c disbursement.Claim) disbursement.Observation { return disbursement.Observation{Claim: c} }
	denied := func(reason string) disbursement.Observation {
		return disbursement.Observation{Claim: disbursement.ClaimDenied, HoldReason: reason, Attempt: 1, By: disbursement.ByReply}
	}
	hold := func(reason string) disbursement.Observation {
		return disbursement.Observation{Claim: disbursement.ClaimHold, HoldReason: reason}
	}
	notFound := disbursement.Observation{Claim: disbursement.ClaimNotFound, Attempt: 1}
	repeat := disbursement.Observation{Claim: disbursement.ClaimNotFound, Attempt: 1, Evidence: disbursement.Repeat + "1"}
	return map[string][]disbursement.Observation{
		"01 never sent, evidence all the same":  {claim("paid")},
		"02 never sent, too long in the queue":  {hold(disbursement.HoldExhausted)},
		"03 details are missing":                {submit, denied(disbursement.HoldDetails)},
		"04 the provider makes no such payment": {submit, denied(disbursement.HoldManual)},
		"05 it cannot be sent as it is":         {submit, denied(disbursement.HoldUnreadable)},
		"06 our credentials are refused":        {submit, denied(disbursement.HoldDenied)},
		"07 unknown, asked for eleven days":     {submit, claim("unknown"), hold(disbursement.HoldExhausted)},
		"08 the same, and then it is not there": {submit, claim("unknown"), hold(disbursement.HoldExhausted), notFound},
		"09 unknown, cannot be asked":           {submit, claim("unknown"), hold(disbursement.HoldNoLookup)},
		"10 accepted, and then nothing":         {submit, claim("accepted"), hold(disbursement.HoldExhausted)},
		"11 collectable, and then nothing":      {submit, claim("collectable"), hold(disbursement.HoldExhausted)},
		"12 refused and yet paid":               {submit, claim("rejected"), claim("paid")},
		"13 cancelled and yet paid":             {claim("cancel"), claim("paid")},
		"14 no road is open any more":           {hold(disbursement.HoldWindow)},
		"15 repeated, too long in the queue":    {submit, claim("unknown"), repeat, hold(disbursement.HoldExhausted)},
		"16 repeated, our credentials refused":  {submit, claim("unknown"), repeat, submit, {Claim: disbursement.ClaimDenied, HoldReason: disbursement.HoldDenied, Attempt: 2}},
		"17 repeated, the promise has lapsed":   {submit, claim("unknown"), repeat, hold(disbursement.HoldNoLookup)},
	}
}

func held(t *testing.T, story []disbursement.Observation) disbursement.Disbursement {
	t.Helper()
	d := refund()
	for i, o := range story {
		if o.Evidence == "" {
			o.Evidence = fmt.Sprint("story", i)
		}
		o.At = noon.Add(time.Duration(i) * time.Minute)
		d, _ = must(t, d, o)
	}
	if d.State != disbursement.Held {
		t.Fatalf("the story ends %s", d.State)
	}
	return d
}

func propose(t *testing.T, d disbursement.Disbursement, a disbursement.Action) (disbursement.Disbursement, error) {
	t.Helper()
	d, _, err := disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimPropose, Action: a, By: "ana", At: noon.Add(time.Hour),
		Evidence: "propose:ana:" + string(a), Proof: "case 7", Beneficiary: identity.Person{Name: "Eva"}})
	return d, err
}

func agree(d disbursement.Disbursement, a disbursement.Action, by string) (disbursement.Disbursement, disbursement.Transition, error) {
	return disbursement.Next(d, disbursement.Observation{Claim: disbursement.ClaimAgree, Action: a, By: by, At: noon.Add(2 * time.Hour)})
}

// What people may do about each hold, the one that is safe first, and what becomes of it. Review the diff of the golden file.
func TestHowPeopleEndAHold(t *testing.T) {
	all := []disbursement.Action{disbursement.Supply, disbursement.Requeue, disbursement.Stop, disbursement.ConfirmPaid, disbursement.ConfirmReturned}
	var b strings.Builder
	for _, name := range keys(holds()) {
		d := held(t, holds()[name])
		fmt.Fprintf(&b, "%s: held for %s, safe: %s\n", name[3:], d.HeldReason, d.Advice())
		for _, a := range all {
			with, err := propose(t, d, a)
			if err != nil {
				if !errors.Is(err, disbursement.ErrNotAllowed) {
					t.Error(err)
				}
				continue
			}
			ended, tr, err := agree(with, a, "beto")
			if err != nil {
				t.Errorf("%s: %s was proposed and then refused: %v", name, a, err)
			}
			if ended.Desk != (disbursement.Desk{}) || ended.HeldReason != "" {
				t.Errorf("%s: %s leaves %+v behind", name, a, ended.Desk)
			}
			fmt.Fprintf(&b, "    %-17s -> %-10s frees %d\n", a, ended.State, tr.Free)
		}
	}
	golden(t, "testdata/resolutions.txt", b.String())
}

func keys(m map[string][]disbursement.Observation) (all []string) {
	for i := 1; i <= len(m); i++ {
		for name := range m {
			if strings.HasPrefix(name, fmt.Sprintf("%02d ", i)) {
				all = append(all, name)
			}
		}
	}
	return all
}

func TestTwoPeopleEndAHold(t *testing.T) {
	d := held(t, holds()["07 unknown, asked for eleven days"])
	if _, _, err := agree(d, disbursement.Stop, "beto"); !errors.Is(err, disbursement.ErrNotAllowed) {
		t.Errorf("agreed to nothing: %v", err)
	}
	with, err := propose(t, d, disbursement.ConfirmPaid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := propose(t, with, disbursement.Stop); !errors.Is(err, disbursement.ErrDiffers) {
		t.Errorf("a second proposal over the first: %v", err)
	}
	if _, _, err := agree(with, disbursement.ConfirmPaid, "ana"); !errors.Is(err, disbursement.ErrSecondPerson) {
		t.Errorf("one person alone: %v", err)
	}
	if _, _, err := agree(with, disbursement.Stop, "beto"); !errors.Is(err, disbursement.ErrDiffers) {
		t.Errorf("agreed to something else: %v", err)
	}
	// The provider's word comes first: then there is nothing left to agree to.
	late, _ := must(t, with, disbursement.Observation{Claim: disbursement.ClaimReturned, Evidence: "late", At: noon.Add(90 * time.Minute)})
	if _, _, err := agree(late, disbursement.ConfirmPaid, "beto"); !errors.Is(err, disbursement.ErrNotAllowed) || late.State != disbursement.Returned {
		t.Errorf("agreed to what is %s: %v", late.State, err)
	}
	// It comes after: what people believed does not make it old.
	ended, _, err := agree(with, disbursement.ConfirmPaid, "beto")
	if err != nil {
		t.Fatal(err)
	}
	back, _ := must(t, ended, disbursement.Observation{Claim: disbursement.ClaimReturned, Evidence: "later", At: noon.Add(3 * time.Hour), OccurredAt: noon.Add(30 * time.Minute)})
	if back.State != disbursement.Returned {
		t.Errorf("a bounce after two people's word is %s", back.State)
	}
}

func TestWhatPeopleMayNotDoAlone(t *testing.T) {
	for _, c := range []disbursement.Claim{disbursement.ClaimRequeue, disbursement.ClaimCancel, disbursement.ClaimSupply} {
		d := held(t, holds()["07 unknown, asked for eleven days"])
		if _, _, err := disbursement.Next(d, disbursement.Observation{Claim: c, By: "ana", Note: "trust me", Evidence: "x", At: noon.Add(time.Hour)}); !errors.Is(err, disbursement.ErrNotAllowed) {
			t.Errorf("%s of what may be paid: %v", c, err)
		}
	}
}

func TestAnAssignmentKeepsOthersOffForAWhile(t *testing.T) {
	d := held(t, holds()["10 accepted, and then nothing"])
	sit := func(d disbursement.Disbursement, c disbursement.Claim, by string, at time.Time) (disbursement.Disbursement, error) {
		d, _, err := disbursement.Next(d, disbursement.Observation{Claim: c, By: by, At: at, Action: disbursement.ConfirmPaid, Evidence: string(c) + by + at.String()})
		return d, err
	}
	mine, err := sit(d, disbursement.ClaimTake, "ana", noon)
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]error{0: disbursement.ErrTaken, disbursement.Lease - 1: disbursement.ErrTaken, disbursement.Lease: nil} {
		for _, c := range []disbursement.Claim{disbursement.ClaimTake, disbursement.ClaimPropose} {
			if _, err := sit(mine, c, "beto", noon.Add(after)); !errors.Is(err, want) {
				t.Errorf("%s after %s: %v", c, after, err)
			}
		}
	}
	mine, err = sit(mine, disbursement.ClaimPropose, "ana", noon)
	if err != nil {
		t.Fatal(err)
	}
	if ended, _, err := agree(mine, disbursement.ConfirmPaid, "beto"); err != nil || ended.State != disbursement.Paid {
		t.Errorf("the second person is kept off too: %s %v", ended.State, err)
	}
	if left, err := sit(mine, disbursement.ClaimRelease, "ana", noon); err != nil || left.Desk.Owner != "" {
		t.Errorf("%+v %v", left.Desk, err)
	}
}

// TestLettingItGoAgainStartsTheClockAgain: or it would be held at once for having been asked for long ago.
func TestLettingItGoAgainStartsTheClockAgain(t *testing.T) {
	d := held(t, holds()["02 never sent, too long in the queue"])
	with, err := propose(t, d, disbursement.Requeue)
	if err != nil {
		t.Fatal(err)
	}
	with.CreatedAt = noon.Add(-20 * 24 * time.Hour)
	again, _, err := agree(with, disbursement.Requeue, "beto")
	if at := noon.Add(2 * time.Hour); err != nil || again.Exhausted(at) || !again.Exhausted(at.Add(disbursement.GiveUpAfter)) {
		t.Errorf("%v, exhausted at once: %v", err, again.Exhausted(at))
	}
}

// TestPeopleEndALongStoryToo: what has moved too often goes to people, who can end it.
func TestPeopleEndALongStoryToo(t *testing.T) {
	d := held(t, holds()["07 unknown, asked for eleven days"])
	for len(d.History) <= disbursement.MaxHistory {
		d.History = append(d.History, disbursement.Step{From: disbursement.Held, To: disbursement.Held})
	}
	if after, tr := must(t, d, disbursement.Observation{Claim: disbursement.ClaimPaid, By: "webhook", Evidence: "late", At: noon.Add(time.Hour)}); tr.Moved || after.State != disbursement.Held {
		t.Errorf("a restless provider moved it to %s", after.State)
	}
	with, err := propose(t, d, disbursement.ConfirmPaid)
	if err != nil {
		t.Fatal(err)
	}
	if ended, _, err := agree(with, disbursement.ConfirmPaid, "beto"); err != nil || ended.State != disbursement.Paid {
		t.Errorf("%s %v", ended.State, err)
	}
}
