package ingest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestADownloadCutShort is taken for a corrected file; the whole one counts again when it comes again.
func TestADownloadCutShort(t *testing.T) {
	r := open(t)
	for i, text := range []string{"one, whole", "one", "one, whole", "one, whole"} {
		r.published["2026-11-23"] = text
		if err := r.pull(); err != nil {
			t.Fatal(err)
		}
		if want := map[bool]int{true: 2}[i < 3]; len(r.jobs) != want {
			t.Errorf("pull %d asked for %d runs, want %d", i, len(r.jobs), want)
		}
		rec, _ := r.day("a", "2026-11-23")
		counts := rec.Current()
		if body, err := r.files.Get(context.Background(), counts[0].Path); len(counts) != 1 || string(body) != text || err != nil {
			t.Errorf("pull %d: %q counts, %v", i, body, err)
		}
	}
}

// TestABrokenDayIsAskedForAgain on the days after: the last download of its own day may have been the one cut short.
func TestABrokenDayIsAskedForAgain(t *testing.T) {
	r := open(t)
	r.host.Sleep(3 * time.Hour) // noon
	r.published["2026-11-19"], r.published["2026-11-20"] = "thursday", "fri"
	if err := r.pull(); err != nil {
		t.Fatal(err)
	}
	for day, status := range map[string]reconciliation.Status{"2026-11-19": reconciliation.Balanced, "2026-11-20": reconciliation.Broken} {
		rec, _ := r.day("a", day)
		rec.Status = status
		if err := r.store.Commit(context.Background(), store.Put{Record: reconciliation.Encode(rec)}); err != nil {
			t.Fatal(err)
		}
	}
	r.published["2026-11-20"] = "friday"
	if err := r.pull(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.asked, " "); got != "2026-11-17 2026-11-18 2026-11-20 2026-11-23" {
		t.Errorf("asked for %s", got)
	}
	if rec, _ := r.day("a", "2026-11-20"); len(rec.Files) != 2 || rec.Status != reconciliation.Running {
		t.Errorf("the whole file was not taken: %+v", rec)
	}
}

// TestWhatAPersonBroughtStays: the provider goes on publishing the file that a person has corrected; other bytes of its own
// count again.
func TestWhatAPersonBroughtStays(t *testing.T) {
	r := open(t)
	pulled := func(text string) {
		r.published["2026-11-23"] = text
		if err := r.pull(); err != nil {
			t.Fatal(err)
		}
	}
	counts := func(text string, jobs int) {
		t.Helper()
		rec, _ := r.day("a", "2026-11-23")
		now := rec.Current()
		if body, err := r.files.Get(context.Background(), now[0].Path); len(now) != 1 || string(body) != text || err != nil || len(r.jobs) != jobs {
			t.Errorf("%d files, %q counts (%v), %d runs; want %q and %d", len(now), body, err, len(r.jobs), text, jobs)
		}
	}
	pulled("wrong")
	rec, _ := r.day("a", "2026-11-23")
	brought := provider.File{Name: rec.Files[0].Name, Body: []byte("right")}
	if kept, err := r.ingester.Keep(context.Background(), account("a"), rec, brought, true); kept != ingest.New || err != nil {
		t.Fatal(kept, err)
	}
	pulled("wrong")
	counts("right", 0)
	pulled("wrong and late")
	counts("wrong and late", 2)
}
