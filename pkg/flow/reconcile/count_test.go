package reconcile_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/vuelto/vuelto/pkg/telemetry"
)

// TestADayIsCounted: how many entries were due and have matched, and of each currency what is at risk: a row of 90.00 for 100.00,
// a row that the books do not know, an entry that no row shows.
func TestADayIsCounted(t *testing.T) {
	r, _ := busyDay(t)
	var out bytes.Buffer
	r.run.Log = telemetry.NewLogger(&out, slog.LevelInfo, "settlement-reconciliation")
	if err := r.handle(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string]any{}
	for lines := json.NewDecoder(&out); lines.More(); {
		var line map[string]any
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		got[line["message"].(string)] = line
	}
	if day := got["day compared"]; day["entries"] != 5.0 || day["matched"] != 2.0 || day["date"] != "2026-11-23" || day["account"] != "pe" {
		t.Errorf("%v", day)
	}
	if risk := got["money at risk"]; risk["minor"] != 21000.0 || risk["currency"] != "PEN" || risk["reconciliation"] != r.day.ID {
		t.Errorf("%v", risk)
	}
}
