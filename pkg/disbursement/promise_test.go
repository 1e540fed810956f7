package disbursement_test

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
)

func december(day int) calendar.Date { return calendar.Date{Year: 2026, Month: 12, Day: day} }

// bogota is the instant at which a day of December begins in Colombia.
func bogota(day int) time.Time { return time.Date(2026, 12, day, 5, 0, 0, 0, time.UTC) }

// promised is a refund whose platform wants it by the ninth, the day after a holiday, and whose buyer was told the fourth.
func promised(state disbursement.State) disbursement.Disbursement {
	return disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Network: "efecty", CreatedAt: noon, State: state,
		Expected: december(4), Deadline: december(9)}
}

func warned(t *testing.T, d disbursement.Disbursement, at time.Time) (disbursement.Disbursement, disbursement.Transition) {
	t.Helper()
	return must(t, d, disbursement.Observation{Claim: disbursement.ClaimWarn, Evidence: "sweep-" + at.String(), By: "sweep", At: at})
}

func TestTheBuyersDayIsWhatTheRoadPromises(t *testing.T) {
	accepted := calendar.Date{Year: 2026, Month: 11, Day: 26}
	for name, c := range map[string]struct {
		d    disbursement.Disbursement
		want calendar.Date
	}{
		"said":                   {disbursement.Disbursement{Network: "efecty", AcceptedOn: accepted, Expected: december(2)}, december(2)},
		"said before acceptance": {disbursement.Disbursement{Network: "efecty", Expected: december(2)}, december(2)},
		"not said":               {disbursement.Disbursement{Network: "efecty", AcceptedOn: accepted}, december(7)},
		"not accepted":           {disbursement.Disbursement{Network: "efecty"}, calendar.Date{}},
		"nobody's network":       {disbursement.Disbursement{Network: "x", AcceptedOn: accepted}, calendar.Date{}},
	} {
		if got := c.d.ExpectedBy(); got != c.want {
			t.Errorf("%s: by %s, want %s", name, got, c.want)
		}
	}
}

// Each reminder is told once, from its own instant on; a deadline's comes a business day before, over weekends and holidays.
func TestPeopleAreRemindedOnceOfEach(t *testing.T) {
	d := promised(disbursement.Held)
	if d.MustWarn(bogota(5).Add(-1)) || !d.MustWarn(bogota(5)) {
		t.Error("overdue from another instant than the end of the fourth")
	}
	if _, tr := warned(t, d, bogota(5).Add(-1)); tr.Changed {
		t.Error("reminded too early")
	}
	d, tr := warned(t, d, bogota(5))
	if last := d.History[len(d.History)-1]; !tr.Changed || tr.Moved || len(d.History) != 1 || last.Evidence != disbursement.Overdue || last.By != "sweep" ||
		last.Note != "the buyer should have had it by 2026-12-04" || last.From != disbursement.Held || last.To != disbursement.Held || !last.At.Equal(bogota(5)) {
		t.Errorf("%+v, %+v", tr, d.History)
	}
	if d.MustWarn(bogota(7).Add(-1)) || !d.MustWarn(bogota(7)) {
		t.Error("the deadline's reminder comes at another instant than on Monday the seventh")
	}
	if d, tr = warned(t, d, bogota(7)); !tr.Changed || len(d.History) != 2 || d.History[1].Evidence != disbursement.DeadlineNear ||
		d.History[1].Note != "the platform wants it by 2026-12-09" {
		t.Errorf("%+v, %+v", tr, d.History)
	}
	if d.MustWarn(bogota(30)) {
		t.Error("reminded a third time")
	}
	if again, tr := warned(t, d, bogota(30)); tr.Changed || len(again.History) != 2 {
		t.Errorf("%+v", again.History)
	}
	if both, _ := warned(t, promised(disbursement.Held), bogota(8)); len(both.History) != 2 {
		t.Errorf("%+v", both.History)
	}
}

// The deadline alone is reminded of as well, and early on nothing else is worked out.
func TestADeadlineAloneIsRemindedOf(t *testing.T) {
	d := promised(disbursement.Held)
	d.Expected = calendar.Date{}
	if d.MustWarn(bogota(7).Add(-1)) || !d.MustWarn(bogota(7)) {
		t.Error("not reminded on the seventh")
	}
	d.Deadline = december(2) // within a week of its creation
	if !d.MustWarn(bogota(1)) {
		t.Error("not reminded within the first days")
	}
	d.Deadline = calendar.Date{}
	if d.MustWarn(bogota(30)) {
		t.Error("reminded of nothing")
	}
}

// The sweep looks at it again when the next reminder is due, unless it looks earlier anyway or that has passed.
func TestTheSweepLooksWhenAReminderIsDue(t *testing.T) {
	d := promised(disbursement.AwaitingApproval)
	for name, c := range map[string]struct{ until, now, want time.Time }{
		"a reminder comes first":         {bogota(20), bogota(1), bogota(5)},
		"the request lapses first":       {bogota(2), bogota(1), bogota(2)},
		"at the same instant":            {bogota(5), bogota(1), bogota(5)},
		"the reminder is due now":        {bogota(20), bogota(5), bogota(20)},
		"nothing else":                   {time.Time{}, bogota(1), bogota(5)},
		"nothing else, and it is passed": {time.Time{}, bogota(6), time.Time{}},
	} {
		d.AskUntil = c.until
		if due := d.Asked(c.now).Due; !due.Equal(c.want) {
			t.Errorf("%s: looked at again at %s, want %s", name, due, c.want)
		}
	}
	d.AskUntil = time.Time{}
	if d, _ = warned(t, d, bogota(5)); !d.Due.Equal(bogota(7)) {
		t.Errorf("after the first reminder it is looked at again at %s, not when the second is due", d.Due)
	}
}
