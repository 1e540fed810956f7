package job_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// TestMessagesOfEveryReleaseDecode: a redrive may bring back what an older release has sent.
func TestMessagesOfEveryReleaseDecode(t *testing.T) {
	files, err := filepath.Glob("../../events/jobs/*.json")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[job.Kind]bool{}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		j, err := job.Decode(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		kinds[j.Kind] = true
		if kind, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(name), ".json"), "."); kind != string(j.Kind) {
			t.Errorf("%s holds a job of kind %s", name, j.Kind)
		}
		if got := string(job.Encode(j)); got != strings.TrimSpace(string(body)) {
			t.Errorf("%s: now sent as %s", name, got)
		}
	}
	for _, k := range job.Kinds() {
		if !kinds[k] {
			t.Errorf("no sample of a %s job", k)
		}
	}
}

func TestJobsComeBackAsSent(t *testing.T) {
	for _, k := range job.Kinds() {
		for _, key := range []store.Key{{}, {PK: "efecty"}, {PK: `demo#rf_1 "quoted" ñ|x`, SK: "disbursement"}} {
			sent := job.Job{Kind: k, Key: key}
			if got, err := job.Decode(job.Encode(sent)); err != nil || got != sent {
				t.Errorf("%+v came back as %+v, %v", sent, got, err)
			}
		}
	}
	for _, body := range []string{``, `{`, `null`, `[]`, `{}`, `{"kind":"SUBMIT"}`, `{"kind":"dance"}`, `{"kind":7}`, `submit`} {
		if j, err := job.Decode([]byte(body)); !errors.Is(err, job.ErrUnreadable) {
			t.Errorf("%s was read as %+v, %v", body, j, err)
		}
	}
}

func at(ms int) time.Time {
	return time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
}

// TestTheWorkIndexIsInOrderOfTime: what is due at an instant is what lies below its bound, to the millisecond.
func TestTheWorkIndexIsInOrderOfTime(t *testing.T) {
	key := store.Key{PK: "demo#rf_1|odd", SK: "disbursement"}
	var sorted []string
	for _, ms := range []int{-86_400_000, -1, 0, 1, 999, 1000, 86_400_000} {
		entry := job.DueKey(at(ms), job.Submit, key)
		sorted = append(sorted, entry.SK)
		if due := entry.SK <= job.DueUntil(at(0)); due != (ms <= 0) {
			t.Errorf("%d ms from now: due is %v", ms, due)
		}
		if waits := job.AwaitKey("demo", "a", at(ms), key).SK < job.AwaitUntil(at(0)); waits != (ms < 0) {
			t.Errorf("%d ms from now: has waited is %v", ms, waits)
		}
		j, when, err := job.FromDue(key, entry)
		if err != nil || j != (job.Job{Kind: job.Submit, Key: key}) || !when.Equal(at(ms)) {
			t.Errorf("%d ms: came back as %+v at %s, %v", ms, j, when, err)
		}
	}
	if !slices.IsSorted(sorted) {
		t.Errorf("out of order: %v", sorted)
	}
	for _, sk := range []string{"", "x", "2026-11-20T17:00:00.000Z", "2026-11-20T17:00:00.000Z|submit", "today|submit|x"} {
		if _, _, err := job.FromDue(key, store.Key{SK: sk}); !errors.Is(err, job.ErrUnreadable) {
			t.Errorf("%q: %v", sk, err)
		}
	}
}

// TestDueThingsAreSpread: every shard gets its share, and a record always the same one.
func TestDueThingsAreSpread(t *testing.T) {
	counts := map[string]int{}
	for i := range 800 {
		key := store.Key{PK: "demo#rf_" + strings.Repeat("x", i%7) + time.Duration(i).String()}
		shard := job.DueKey(at(i), job.Poll, key).PK
		if again := job.DueKey(at(i+5), job.Submit, key).PK; again != shard {
			t.Fatalf("%s is in %s and in %s", key, shard, again)
		}
		counts[shard]++
	}
	for i := range job.DueShards {
		if n := counts[job.DuePartition(i)]; n < 50 {
			t.Errorf("shard %d has %d of 800", i, n)
		}
	}
}

// TestInstantsSortAsTheyAreRead: a sort key has the instant in one form, whatever zone it came in.
func TestInstantsSortAsTheyAreRead(t *testing.T) {
	const layout = "2006-01-02T15:04:05.000Z"
	for _, when := range []time.Time{{}, at(0), at(7), at(70), at(999), time.Date(2026, 2, 28, 23, 59, 59, 999_999_999, time.FixedZone("", -5*3600)), time.Unix(0, 1), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got, want := job.AwaitUntil(when), when.UTC().Format(layout); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
