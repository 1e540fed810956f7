package disbursement_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

func withCode(t *testing.T) disbursement.Disbursement {
	t.Helper()
	d := in(t, disbursement.Collectable)
	d.Route, d.CashCode, d.CashExpires, d.RemindHours = disbursement.CashWithdrawal, "998877", noon.Add(72*time.Hour), 24
	return d
}

func TestACashCodeIsShownOnceAndOnRecord(t *testing.T) {
	show := disbursement.Observation{Claim: disbursement.ClaimShow, Evidence: "show:1", By: "ana", At: noon.Add(time.Hour)}
	d, tr := must(t, withCode(t), show)
	last := d.History[len(d.History)-1]
	if d.CodeShownTo != "ana" || !tr.Changed || tr.Moved || tr.Free != 0 || last.By != "ana" || last.Evidence != "show:1" || last.To != disbursement.Collectable {
		t.Errorf("shown to %q, %+v, %+v", d.CodeShownTo, tr, last)
	}
	show.Evidence, show.By = "show:2", "beto"
	if after, _, err := disbursement.Next(d, show); !errors.Is(err, disbursement.ErrShown) || after.CodeShownTo != "ana" {
		t.Errorf("a second time: %v, to %q", err, after.CodeShownTo)
	}
	without := withCode(t)
	without.CashCode = ""
	paid := withCode(t)
	paid.State = disbursement.Paid
	for name, d := range map[string]disbursement.Disbursement{"no code": without, "paid already": paid} {
		if _, _, err := disbursement.Next(d, show); !errors.Is(err, disbursement.ErrNotAllowed) || errors.Is(err, disbursement.ErrShown) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACodeIsMasked(t *testing.T) {
	for code, want := range map[string]string{"": "", "1": "****", "1234": "****", "12345": "****45", "998877": "****77"} {
		if got := (disbursement.Disbursement{CashCode: code}).CodeMask(); got != want {
			t.Errorf("%q is shown as %q, want %q", code, got, want)
		}
	}
}

// Only what can never be collected any more may have another code issued for its money.
func TestWhatIsVoid(t *testing.T) {
	for _, c := range []struct {
		name     string
		state    disbursement.State
		route    disbursement.Route
		returned int64
		want     bool
	}{
		{"expired, all is back", disbursement.Returned, disbursement.CashWithdrawal, 5000, true},
		{"a part is back", disbursement.Returned, disbursement.CashWithdrawal, 4999, false},
		{"refused", disbursement.Rejected, disbursement.CashWithdrawal, 0, true},
		{"stopped", disbursement.Cancelled, disbursement.CashWithdrawal, 0, true},
		{"still to be collected", disbursement.Collectable, disbursement.CashWithdrawal, 0, false},
		{"collected", disbursement.Paid, disbursement.CashWithdrawal, 0, false},
		{"no cash", disbursement.Rejected, disbursement.Original, 0, false},
		{"no cash, all is back", disbursement.Returned, disbursement.BankTransfer, 5000, false},
	} {
		d := refund()
		d.State, d.Route, d.Returned = c.state, c.route, c.returned
		if d.Void() != c.want {
			t.Errorf("%s: void %v", c.name, !c.want)
		}
	}
}

func TestTheBuyerIsRemindedOnceInTime(t *testing.T) {
	d := withCode(t)
	due := d.CashExpires.Add(-24 * time.Hour)
	for at, want := range map[time.Time]bool{due.Add(-1): false, due: true, d.CashExpires.Add(-1): true, d.CashExpires: false} {
		if d.MustRemind(at) != want {
			t.Errorf("%s before it runs out: %v", d.CashExpires.Sub(at), !want)
		}
	}
	never, endless, collected := d, d, d
	never.RemindHours, endless.CashExpires, collected.State = 0, time.Time{}, disbursement.Paid
	for name, d := range map[string]disbursement.Disbursement{"not wanted": never, "never runs out": endless, "collected": collected} {
		if d.MustRemind(due) {
			t.Errorf("%s: reminded", name)
		}
	}
	remind := disbursement.Observation{Claim: disbursement.ClaimRemind, Evidence: string(disbursement.ClaimRemind), By: "sweep", At: due.Add(-1)}
	if _, tr := must(t, d, remind); tr.Changed {
		t.Error("reminded before it is time")
	}
	remind.At = due
	told, tr := must(t, d, remind)
	if last := told.History[len(told.History)-1]; !tr.Changed || tr.Moved || last.Evidence != "remind" || last.By != "sweep" {
		t.Errorf("%+v, %+v", tr, last)
	}
	if told.MustRemind(due.Add(time.Hour)) || !told.Due.After(due) {
		t.Errorf("reminded again, or looked at again at %s", told.Due)
	}
}

// Whoever asks a provider rarely still reminds the buyer in time.
func TestAReminderIsNotSleptThrough(t *testing.T) {
	d := withCode(t)
	d.Polls = 99 // asks every twelve hours
	due := d.CashExpires.Add(-24 * time.Hour)
	if d = d.Asked(due.Add(-time.Hour)); !d.Due.Equal(due) {
		t.Errorf("looked at again at %s, the reminder is due at %s", d.Due, due)
	}
	if d = d.Asked(due); d.Due.Before(due.Add(12 * time.Hour)) {
		t.Errorf("a reminder that is due now is not a time to look again: %s", d.Due)
	}
	unwanted := d
	unwanted.RemindHours = 0
	if at := unwanted.CashExpires.Add(-time.Hour); !unwanted.Asked(at).Due.After(unwanted.CashExpires) {
		t.Error("who is not to be reminded is looked at again when the code runs out")
	}
	if d = d.Asked(due.Add(-48 * time.Hour)); d.Due.After(due.Add(-32 * time.Hour)) {
		t.Errorf("a reminder of the day after tomorrow put a question off to %s", d.Due)
	}
}
