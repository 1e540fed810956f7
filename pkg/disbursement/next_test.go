package disbursement_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noon = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)

func refund() disbursement.Disbursement {
	return disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund,
		Amount: money.New(5000, money.PEN), State: disbursement.Queued, CreatedAt: noon}
}

// in brings a refund into a state by the shortest ordinary road, its last evidence at noon+10 min.
func in(t *testing.T, state disbursement.State) disbursement.Disbursement {
	t.Helper()
	d := refund()
	roads := map[disbursement.State][]disbursement.Claim{
		disbursement.Submitting:  {"submit"},
		disbursement.Unknown:     {"submit", "unknown"},
		disbursement.Accepted:    {"submit", "accepted"},
		disbursement.Collectable: {"submit", "collectable"},
		disbursement.Paid:        {"submit", "paid"},
		disbursement.Held:        {"submit", "unknown", "hold"},
		disbursement.Settled:     {"submit", "paid", "settled"},
		disbursement.Rejected:    {"submit", "rejected"},
		disbursement.Returned:    {"submit", "paid", "returned"},
		disbursement.Cancelled:   {"cancel"},
	}
	if state == disbursement.AwaitingApproval {
		d.State = state
	}
	for i, claim := range roads[state] {
		d, _ = must(t, d, disbursement.Observation{Claim: claim, Evidence: fmt.Sprint("road", i), At: noon.Add(10 * time.Minute),
			OccurredAt: noon.Add(10 * time.Minute)})
	}
	if d.State != state {
		t.Fatalf("road to %s leads to %s", state, d.State)
	}
	return d
}

func must(t *testing.T, d disbursement.Disbursement, o disbursement.Observation) (disbursement.Disbursement, disbursement.Transition) {
	t.Helper()
	next, tr, err := disbursement.Next(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return next, tr
}

// The whole machine, printed: what each claim makes of each state when the provider's stamp is newer than all we knew,
// and, where it differs, when it is older. Review the diff of the golden file whenever it changes.
func TestTransitionsAreTheReviewedTable(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s %-12s %-18s %-18s %s\n", "state", "claim", "newer", "older", "money freed (of 5000)")
	for _, s := range disbursement.States() {
		for _, c := range disbursement.Claims() {
			newer, freed := outcome(t, s, c, noon.Add(time.Hour))
			older, _ := outcome(t, s, c, noon.Add(time.Minute))
			if newer == "." && older == "." {
				continue
			}
			if older == newer {
				older = ""
			}
			fmt.Fprintf(&b, "%-18s %-12s %-18s %-18s %s\n", s, c, newer, older, freed)
		}
	}
	golden(t, "testdata/transitions.txt", b.String())
}

func outcome(t *testing.T, s disbursement.State, c disbursement.Claim, occurred time.Time) (string, string) {
	d := in(t, s)
	next, tr, err := disbursement.Next(d, disbursement.Observation{Claim: c, Evidence: "new", By: "beto", At: noon.Add(time.Hour), OccurredAt: occurred})
	switch {
	case errors.Is(err, disbursement.ErrNotAllowed):
		return ".", ""
	case err != nil:
		t.Fatal(err)
	case !tr.Moved:
		return ".", ""
	}
	freed := ""
	if tr.Free != 0 {
		freed = fmt.Sprintf("%+d", tr.Free)
	}
	return string(next.State), freed
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s differs (run with -update and review):\n%s", file, diff)
	}
}

// Webhooks come in any order: all 720 orders of six end in one state, with one balance.
func TestEveryOrderOfSixWebhooksEndsInOneState(t *testing.T) {
	stories := map[string][]disbursement.Claim{
		"paid":                {"accepted", "collectable", "paid", "paid", "accepted", "collectable"},
		"bounced":             {"accepted", "collectable", "paid", "returned", "paid", "returned"},
		"rejected":            {"accepted", "accepted", "rejected", "rejected", "collectable", "rejected"},
		"refused then paid":   {"accepted", "rejected", "paid", "paid", "rejected", "accepted"},
		"settled then back":   {"accepted", "paid", "settled", "returned", "settled", "paid"},
		"expired at counter":  {"accepted", "collectable", "returned", "returned", "collectable", "accepted"},
		"voided":              {"accepted", "voided", "voided", "accepted", "voided", "accepted"},
		"voided and yet paid": {"accepted", "voided", "paid", "accepted", "voided", "paid"},
	}
	for name, claims := range stories {
		t.Run(name, func(t *testing.T) {
			first := map[disbursement.Claim]int{} // a repeat is the same event: same stamp, same evidence
			var events []disbursement.Observation
			for i, c := range claims {
				if _, ok := first[c]; !ok {
					first[c] = i
				}
				events = append(events, disbursement.Observation{Claim: c, By: "webhook", Evidence: string(c),
					OccurredAt: noon.Add(time.Duration(first[c]) * time.Minute), At: noon.Add(time.Hour)})
			}
			ends := map[string]string{}
			permute(len(events), func(order []int) {
				d := in(t, disbursement.Unknown)
				d.EvidenceAt = time.Time{}
				for _, i := range order {
					d, _ = must(t, d, events[i])
				}
				end := fmt.Sprintf("%s reserves %d held for %q", d.State, d.Reserves(), d.HeldReason)
				ends[end] = fmt.Sprint(order)
			})
			if len(ends) != 1 {
				t.Errorf("ends differ by order: %v", ends)
			}
		})
	}
}

func permute(n int, visit func([]int)) {
	order := make([]int, 0, n)
	used := make([]bool, n)
	var walk func()
	walk = func() {
		if len(order) == n {
			visit(order)
			return
		}
		for i := range n {
			if !used[i] {
				used[i] = true
				order = append(order, i)
				walk()
				order = order[:len(order)-1]
				used[i] = false
			}
		}
	}
	walk()
}

func TestSameEvidenceHasNoSecondEffect(t *testing.T) {
	d := in(t, disbursement.Accepted)
	o := disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "evt_1", At: noon.Add(time.Hour)}
	once, _ := must(t, d, o)
	twice, tr := must(t, once, o)
	if tr.Changed || cmp.Diff(once, twice, cmpopts.EquateComparable(money.Amount{})) != "" {
		t.Error("the second delivery changed something")
	}
}

func TestMoneyFollowsTheState(t *testing.T) {
	cases := []struct {
		name  string
		from  disbursement.State
		o     disbursement.Observation
		freed int64
	}{
		{"rejection frees all", disbursement.Accepted, disbursement.Observation{Claim: disbursement.ClaimRejected}, 5000},
		{"unknown frees nothing", disbursement.Submitting, disbursement.Observation{Claim: disbursement.ClaimUnknown}, 0},
		{"not found frees nothing: it will be sent again", disbursement.Unknown, disbursement.Observation{Claim: disbursement.ClaimNotFound}, 0},
		{"a bounce frees what came back", disbursement.Paid, disbursement.Observation{Claim: disbursement.ClaimReturned, Amount: 4800}, 4800},
		{"success after rejection takes it again", disbursement.Rejected, disbursement.Observation{Claim: disbursement.ClaimPaid}, -5000},
		{"cancelling frees all", disbursement.Queued, disbursement.Observation{Claim: disbursement.ClaimCancel}, 5000},
		{"holding frees nothing", disbursement.Unknown, disbursement.Observation{Claim: disbursement.ClaimHold}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.o.Evidence, c.o.At = "x", noon.Add(time.Hour)
			_, tr := must(t, in(t, c.from), c.o)
			if tr.Free != c.freed {
				t.Errorf("freed %d, want %d", tr.Free, c.freed)
			}
		})
	}
}

func TestEvidenceForWhatWasNeverSentGoesToAPerson(t *testing.T) {
	d, _ := must(t, refund(), disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "e", At: noon})
	if d.State != disbursement.Held || d.HeldReason != disbursement.HoldNeverSent {
		t.Errorf("%s %s", d.State, d.HeldReason)
	}
}

func TestARestlessProviderEndsWithAPerson(t *testing.T) {
	d := refund()
	for i := 0; i < 100 && d.State != disbursement.Held; i++ {
		o := disbursement.Observation{At: noon.Add(time.Duration(i) * time.Minute), Evidence: fmt.Sprint(i), Claim: disbursement.ClaimSubmit}
		if d.State == disbursement.Submitting {
			o.Claim = disbursement.ClaimNotApplied
		}
		d, _ = must(t, d, o)
	}
	if d.State != disbursement.Held || len(d.History) > disbursement.MaxHistory+1 {
		t.Errorf("%s after %d steps", d.State, len(d.History))
	}
}

// A worker that stalled with attempt 1 must not undo attempt 2, which may be in flight.
func TestProofsAboutAnOldAttemptProveNothingAboutTheNew(t *testing.T) {
	d := in(t, disbursement.Unknown)
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimNotFound, Attempt: 1, Evidence: "nf1", At: noon})
	d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimSubmit, Evidence: "s2", At: noon})
	for _, c := range []disbursement.Claim{"not_applied", "unknown", "denied", "rejected", "not_found"} {
		next, tr := must(t, d, disbursement.Observation{Claim: c, Attempt: 1, By: disbursement.ByReply, Evidence: "late" + string(c), At: noon})
		if tr.Moved || next.State != disbursement.Submitting {
			t.Errorf("late %s of attempt 1 moved attempt 2 to %s", c, next.State)
		}
	}
	next, _ := must(t, d, disbursement.Observation{Claim: disbursement.ClaimAccepted, Attempt: 1, By: disbursement.ByReply, Evidence: "late", At: noon})
	if next.State != disbursement.Accepted || next.Attempts[0].Outcome != "accepted" || next.Attempts[1].Outcome != "" {
		t.Errorf("a late success counts, for its own attempt: %s %+v", next.State, next.Attempts)
	}
}

// A refusal is about what was refused: if it repeats something of unknown outcome, that may have been taken all the same. So
// it is with a provider that cannot be asked by our reference and refuses a second refund of what the first gave back.
func TestARefusedRepeatProvesNothingAboutTheFirst(t *testing.T) {
	d := in(t, disbursement.Unknown)
	for i, c := range []struct {
		claim disbursement.Claim
		by    string
		want  disbursement.State
	}{{disbursement.ClaimNotFound, disbursement.Repeat + "1", disbursement.Queued}, {disbursement.ClaimSubmit, "submit:2", disbursement.Submitting},
		{disbursement.ClaimRejected, "reply:2", disbursement.Unknown}, {disbursement.ClaimPaid, "webhook", disbursement.Paid}} {
		d, _ = must(t, d, disbursement.Observation{Claim: c.claim, Evidence: c.by, Attempt: len(d.Attempts), At: noon.Add(time.Duration(i+1) * time.Hour)})
		if d.State != c.want {
			t.Fatalf("%s: %s, want %s", c.by, d.State, c.want)
		}
	}
	d = in(t, disbursement.Unknown)
	for _, o := range []disbursement.Observation{{Claim: disbursement.ClaimNotFound, Evidence: "poll:not_found:1"},
		{Claim: disbursement.ClaimSubmit, Evidence: "submit:2"}, {Claim: disbursement.ClaimRejected, Evidence: "reply:2"}} {
		d, _ = must(t, d, o)
	}
	if d.State != disbursement.Rejected {
		t.Errorf("refused after a proof that there is none: %s", d.State)
	}
}

// A message of the past, come again, must not take from a person what eleven days of questions have brought there.
func TestThatItWasAcceptedIsNoNewsOfWhatIsHeld(t *testing.T) {
	d, _ := must(t, in(t, disbursement.Accepted), disbursement.Observation{Claim: disbursement.ClaimHold, Evidence: "hold", At: noon.Add(time.Hour)})
	if d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimAccepted, Evidence: "again", At: noon.Add(2 * time.Hour)}); d.State != disbursement.Held {
		t.Errorf("an old message: %s", d.State)
	}
	if d, _ = must(t, d, disbursement.Observation{Claim: disbursement.ClaimPaid, Evidence: "news", At: noon.Add(3 * time.Hour)}); d.State != disbursement.Paid {
		t.Errorf("news: %s", d.State)
	}
}
