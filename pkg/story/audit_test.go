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

// TestDaysAreSealed: every step of a refund is in its day's seal, days follow each other, and a record that somebody changes past
// the bundle before the night shows by name.
func TestDaysAreSealed(t *testing.T) {
	t.Parallel()
	var table store.Store
	s, x := startWith(t, func(*stack) sim.Hooks {
		return sim.Hooks{Store: func(st store.Store) store.Store { table = st; return st }}
	}), peru()
	id := s.back(x, s.paid(x), 1000)
	s.settle()
	s.move(id, x.finish)
	s.advance(36 * time.Hour)
	s.settle()
	found, v := s.sealed("2026-11-20")
	text := string(s.do("GET", "/_sandbox/audit/demo/2026-11-20.jsonl", nil).body)
	if len(found) != 0 || v.Entries < 5 || strings.Count(text, `"subject":"`+id) < 3 || !strings.Contains(text, `"by":"ana"`) {
		t.Fatalf("%v, %d entries:\n%s", found, v.Entries, text)
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
