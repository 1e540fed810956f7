package reconciliation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/reconciliation"
)

// TestAGlanceSaysWhatTheRecordSays: it reads some of the same names.
func TestAGlanceSaysWhatTheRecordSays(t *testing.T) {
	r := reconciliation.Reconciliation{Tenant: "shop", ID: "rec_1", Provider: "gate", Network: "efecty", Account: "acc", Date: calendar.Date{Year: 2026, Month: 11, Day: 27},
		Status: reconciliation.Broken, Files: []reconciliation.File{{Name: "a"}, {Name: "b"}}, Late: []reconciliation.File{{Name: "c"}}, Run: 3, Open: 4, Due: 5,
		Sheet: discrepancy.Sheet{Prefix: "p", Count: 6}, Reports: map[string]string{"es.csv": "name"}}
	for _, r := range []reconciliation.Reconciliation{r, {Tenant: "shop", ID: "rec_2", Date: r.Date}} {
		g, err := reconciliation.Look(reconciliation.Encode(r))
		want := reconciliation.Glance{Tenant: r.Tenant, ID: r.ID, Network: r.Network, Account: r.Account, Date: r.Date, Status: r.Status, Sheet: r.Sheet, Open: r.Open, Due: r.Due}
		if len(g.Files) != len(r.Files) || len(g.Late) != len(r.Late) {
			t.Errorf("%d files and %d late ones, want %d and %d", len(g.Files), len(g.Late), len(r.Files), len(r.Late))
		}
		g.Files, g.Late = nil, nil
		if d := cmp.Diff(want, g); err != nil || d != "" {
			t.Error(err, d)
		}
	}
}
