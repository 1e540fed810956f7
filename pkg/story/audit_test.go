package story_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// sealed reads the merchant's days as they were sealed, and says what is wrong with them.
func (s *stack) sealed(days ...string) ([]audit.Problem, audit.Verifier) {
	s.t.Helper()
	var v audit.Verifier
	var found []audit.Problem
	for _, day := range days {
		found = append(found, v.Day(day, s.do("GET", "/_sandbox/audit/demo/"+day+".jsonl", nil).body)...)
	}
	return append(found, v.End()...), v
}

// TestTheJournalSaysInWhichRole: who asked for it, agreed to it, was shown its code and was given its receipt acts in a role, and it is
// sealed; parts of the bundle have none.
func TestTheJournalSaysInWhichRole(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	payment, amount := s.large(x)
	id := s.back(x, payment, amount)
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+id+"/approve", nil))
	s.settle()
	s.want(200, s.as(beto, "POST", "/v1/refunds/"+id+"/cash-code", doc{}))
	s.move(id, x.finish)
	s.settle()
	s.as(ana, "GET", "/v1/refunds/"+id+"/receipt", nil)
	roles, met := map[string]string{"ana": "admin", "beto": "approver"}, map[string]int{}
	for _, d := range []doc{s.get("/v1/refunds/" + id), s.get("/v1/payments/" + payment)} {
		for _, step := range list(d, "history") {
			if met[str(step["by"])]++; str(step["role"]) != roles[str(step["by"])] {
				t.Errorf("%v", step)
			}
		}
	}
	if met["ana"] != 2 || met["beto"] != 2 || met["webhook"] < 2 {
		t.Errorf("%v", met)
	}
	s.advance(36 * time.Hour)
	s.settle()
	text := string(s.do("GET", "/_sandbox/audit/demo/2026-11-20.jsonl", nil).body)
	for by, role := range roles {
		if n := strings.Count(text, `"by":"`+by+`"`); n != strings.Count(text, `"by":"`+by+`","role":"`+role+`"`) || n == 0 {
			t.Errorf("%d steps by %s:\n%s", n, by, text)
		}
	}
	if found, _ := s.sealed("2026-11-20"); len(found) != 0 {
		t.Error(found)
	}
}

// TestDaysAreSealed: every step of a refund is in its day's seal, days follow each other, and a record that somebody changes past
// the bundle before the night shows by name.
func TestDaysAreSealed(t *testing.T) {
	t.Parallel()
	var table store.Store
	s, x := startWith(t, func(*stack) sim.Hooks {
		return sim.Hooks{Store: func(st store.Store) store.Store { table = st; return st }}
	}), peru()
	id := s.back(x, s.paid(x), 1000)
	odd := s.odd(x, "overpaid") // one step, of which two events tell
	s.settle()
	s.move(id, x.finish)
	s.advance(36 * time.Hour)
	s.settle()
	found, v := s.sealed("2026-11-20")
	text := string(s.do("GET", "/_sandbox/audit/demo/2026-11-20.jsonl", nil).body)
	if len(found) != 0 || v.Entries < 5 || strings.Count(text, `"subject":"`+id) < 3 || !strings.Contains(text, `"by":"ana"`) {
		t.Fatalf("%v, %d entries:\n%s", found, v.Entries, text)
	}
	if n := strings.Count(text, `"subject":"`+odd); n != len(list(s.get("/v1/payments/"+odd), "history")) {
		t.Errorf("%d entries of %s:\n%s", n, odd, text)
	}

	ctx := context.Background()
	other := s.back(x, s.paid(x), 2000)
	s.settle()
	record, err := table.Get(ctx, disbursement.Key("demo", other))
	if err != nil {
		t.Fatal(err)
	}
	d, err := disbursement.Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	d.History[0].By = "beto"
	if err := table.Commit(ctx, store.Put{Record: disbursement.Encode(d)}); err != nil {
		t.Fatal(err)
	}
	s.advance(36 * time.Hour)
	s.settle()
	found, v = s.sealed("2026-11-20", "2026-11-21", "2026-11-22")
	if len(found) == 0 || v.Last.Day != "2026-11-22" {
		t.Fatalf("%v %+v", found, v.Last)
	}
	for _, p := range found {
		if p.Subject != other {
			t.Errorf("%v", p)
		}
	}
	if !strings.Contains(found[0].String(), `by "beto"`) || !strings.Contains(s.log.String(), "journal differs from what was told") {
		t.Errorf("%v\n%s", found, s.log)
	}
}
