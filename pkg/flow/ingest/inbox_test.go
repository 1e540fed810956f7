package ingest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// far is an inbox with a file of so many rows, which are made as they are read; it notes the most memory that is in use meanwhile.
type far struct {
	rows, made int
	cut        int // after which row the connection breaks; 0 = never
	size       int64
	rest       bytes.Buffer
	most       uint64
	kept       []string
	changed    bool
	at         time.Time
}

func (f *far) Open(context.Context, string) (io.ReadCloser, string, time.Time, error) {
	f.made, f.size, f.rest = 0, 0, *bytes.NewBufferString("Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n")
	return io.NopCloser(f), "mark", f.at, nil
}

func (f *far) Copy(_ context.Context, name, mark, to string) error {
	if mark != "mark" || f.changed {
		return file.ErrChanged
	}
	f.kept = append(f.kept, name+" "+to)
	return nil
}

func (f *far) Read(p []byte) (int, error) {
	cut := func() bool { return f.cut > 0 && f.made == f.cut }
	for f.rest.Len() < len(p) && f.made < f.rows && !cut() {
		f.made++
		fmt.Fprintf(&f.rest, "T%d,R%d,PAYMENT,100.00,0.00,0.00,100.00,COP,2026-11-20 10:00:00,SETTLED\n", f.made, f.made)
		if f.made%20_000 == 0 {
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			f.most = max(f.most, now.HeapAlloc)
		}
	}
	if f.rest.Len() == 0 && cut() {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := f.rest.Read(p)
	f.size += int64(n)
	return n, err
}

// TestAFileOfTheInboxIsReadAsItComes: what it takes in memory is not its size; it is archived as it was read, or not at all.
func TestAFileOfTheInboxIsReadAsItComes(t *testing.T) {
	r, day := open(t), calendar.Date{Year: 2026, Month: 11, Day: 23}
	drop := func(name string, f *far) (reconciliation.Reconciliation, error) {
		t.Helper()
		r.ingester.Inbox = f
		err := r.ingester.Handle(context.Background(), job.Job{Kind: job.Drop, Key: store.Key{PK: "inbox/a/2026-11-23/" + name}})
		record, missing := r.store.Get(context.Background(), reconciliation.Key("demo", reconciliation.ID("demo", "a", day)))
		if missing != nil {
			return reconciliation.Reconciliation{}, err
		}
		rec, bad := reconciliation.Decode(record)
		return rec, errors.Join(err, bad)
	}
	for name, f := range map[string]*far{"cut.csv": {rows: 100, cut: 50}, "other.csv": {rows: 10, changed: true}} {
		if rec, err := drop(name, f); err == nil || len(rec.Files)+len(f.kept)+len(r.jobs) != 0 {
			t.Errorf("%s: %v, %+v, %v", name, err, rec.Files, f.kept)
		}
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	large := &far{rows: 200_000}
	rec, err := drop("large.csv", large)
	if err != nil || len(rec.Files) != 1 || rec.Files[0].Size != large.size || large.size < 14<<20 || len(large.kept) != 1 || !strings.HasSuffix(large.kept[0], rec.Files[0].Path) || len(r.jobs) != 1 {
		t.Fatalf("%v, %+v, %v, %d bytes", err, rec.Files, large.kept, large.size)
	}
	if took := int64(large.most) - int64(before.HeapAlloc); took > 2<<20 {
		t.Errorf("%d bytes of memory for a file of %d", took, large.size)
	} else {
		t.Logf("%d KiB of memory for a file of %d KiB", took>>10, large.size>>10)
	}
	small := &far{rows: 2}
	rec, err = drop("small.csv", small)
	if err != nil || len(rec.Files) != 2 {
		t.Fatalf("%v, %+v", err, rec.Files)
	}
	body, _, _, _ := small.Open(context.Background(), "")
	text, _ := io.ReadAll(body)
	if rec, err := drop("small.csv", small); err != nil || len(rec.Files) != 2 || rec.Files[1].Digest != fmt.Sprintf("%x", sha256.Sum256(text)) {
		t.Errorf("again: %v, %+v", err, rec.Files)
	}
}

// TestADropThatIsToldOfAgain does not take the place of what corrected it; the same file put there anew does.
func TestADropThatIsToldOfAgain(t *testing.T) {
	r := open(t)
	first := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	told := func(rows int, at time.Time) []reconciliation.File {
		t.Helper()
		r.ingester.Inbox = &far{rows: rows, at: at}
		if err := r.ingester.Handle(t.Context(), job.Job{Kind: job.Drop, Key: store.Key{PK: "inbox/a/2026-11-23/f.csv"}}); err != nil {
			t.Fatal(err)
		}
		rec, _ := r.day("a", "2026-11-23")
		return rec.Current()
	}
	wrong := told(1, first)
	right := told(2, first.Add(time.Minute))
	if wrong[0].Digest == right[0].Digest {
		t.Fatal("nothing was corrected")
	}
	if again := told(1, first); again[0] != right[0] {
		t.Errorf("%+v counts", again)
	}
	if other := told(3, first.Add(time.Minute)); other[0].Digest == right[0].Digest {
		t.Error("what was put there within the same second is lost")
	}
	if back := told(1, first.Add(time.Hour)); back[0].Digest != wrong[0].Digest {
		t.Errorf("%+v counts", back)
	}
}
