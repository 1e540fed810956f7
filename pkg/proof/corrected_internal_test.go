package proof

import (
	"context"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

// Each check on files that come late and on what finance says of them fails where it should, and nowhere else.
func TestWhatMayNotComeOfACorrectedFileIsNoticed(t *testing.T) {
	const digest = "0123456789abcdef0"
	beside := `{"late_files":[{"name":"a.csv","sha256":"` + digest + `"}]}`
	late := func(outcomes ...string) []sim.Reply {
		var replies []sim.Reply
		for _, o := range outcomes {
			replies = append(replies, sim.Reply{Status: 200, Body: []byte(`{"outcome":"` + o + `"}`)})
		}
		return replies
	}
	comes := func(day string, outcomes ...string) func(*plot) {
		return func(p *plot) { p.answered(says(day)).beside("/v1/reconciliations/rec_1", digest, late(outcomes...)) }
	}
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		plant  func(*plot)
	}{
		{"late once", "", comes(beside, "late", "known")},
		{"late twice", i36, comes(beside, "late", "late")},
		{"it counts", i36, comes(beside, "new", "known")},
		{"it is nowhere", i36, comes(`{}`, "late")},
		{"it is in the day as well", i36, comes(`{"files":[{"sha256":"`+digest+`"}],`+beside[1:], "late")},
		{"a day without a file that can be read", i36, func(p *plot) {
			p.answered(says(``)).corrected(dossier{Account: "efecty-demo", Date: "2026-11-23", Files: []fetched{{"a.csv", digest}}}, "\n")
		}},
		{"a day whose file can be read", "", func(p *plot) {
			if err := p.world.Files.Put(context.Background(), "settlement/demo/efecty-demo/2026-11-23/0123456789abcdef-a.csv", []byte("x")); err != nil {
				t.Error(err)
			}
			if _, body, _ := p.answered(says(``)).corrected(dossier{Account: "efecty-demo", Date: "2026-11-23", Files: []fetched{{"a.csv", digest}}}, "\n"); string(body) != "x\n" {
				t.Errorf("corrected to %q", body)
			}
		}},
		{"orders before there were any", i36, func(p *plot) { p.answered(gone("/explain", `{"data":[{}]}`)).unheld() }},
		{"a break that never was is explained", i36, func(p *plot) { p.answered(says(`{}`)).unheld() }},
		{"neither", "", func(p *plot) { p.answered(gone("/explain", `{}`)).unheld() }},
		{"two days show one payment", i36, func(p *plot) { p.answered(says(`{"data":[{"id":"brk_1"}]}`)).match("pay_1", 0) }},
	} {
		t.Run(c.what, func(t *testing.T) { noticed(t, c.breaks, c.plant) })
	}
}

// Whoever was told by two people that it came back, and reads a file once more that says it went out, contradicts no provider; a file after
// the provider's own word does, and so does its callback after what people said.
func TestWhatPeopleSaidCameBackIsNoProvidersWord(t *testing.T) {
	back := disbursement.Step{From: disbursement.Held, To: disbursement.Returned, By: "beto", Evidence: "resolve:confirm_returned:dora:1"}
	told := disbursement.Step{From: disbursement.Paid, To: disbursement.Returned, By: "webhook", Evidence: "evt:1"}
	row := disbursement.Step{From: disbursement.Returned, To: disbursement.Held, By: "settlement", Evidence: "a.csv#1"}
	called := row
	called.By = "webhook"
	for _, c := range []struct {
		steps []disbursement.Step
		want  bool
	}{{[]disbursement.Step{back, row}, true}, {[]disbursement.Step{told, row}, false}, {[]disbursement.Step{back, called}, false}, {[]disbursement.Step{row}, false}} {
		if got := askedAgain(disbursement.Disbursement{History: c.steps}); got != c.want {
			t.Errorf("%v: %v", c.steps, got)
		}
	}
}

// What finance has settled by another row is not asked of reconciliation once more; all else is.
func TestWhatFinanceSettledIsKnown(t *testing.T) {
	p := &people{decided: map[string]bool{"pay_1": true}}
	for ours, want := range map[string]bool{"pay_1": true, "pay_2": false} {
		if p.knows(flawed{ours: ours, flaw: simnet.RowMissing}) != want {
			t.Errorf("%s: not %v", ours, want)
		}
	}
	if (*people)(nil).knows(flawed{}) {
		t.Error("nobody knows")
	}
}
