package reconcile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestBadInput, a name for each kind, as infra/vuelto has it for the command line: what cannot be read is UNREADABLE with line and reason, in three
// languages, the day is not green, and the good row before it counts.
func TestBadInput(t *testing.T) {
	for name, cases := range map[string][]struct {
		body, says string
		line       int
		matched    int
	}{
		"missing columns":    {{strings.Replace(header, "Fee,", "", 1) + line(1), `column "Fee" is missing`, 1, 0}},
		"wrong encoding":     {{"\xff\xfeT\x00r\x00", "is missing", 1, 0}, {header + line(1) + strings.Replace(line(2), "SETTLED", "LIQUIDACI\xd3N", 1), "not in the encoding", 3, 1}},
		"a line without end": {{header + line(1) + strings.Repeat("x", 1<<20) + "\n" + line(2), "line 3: a record is too long", 3, 1}},
		"a bomb":             {{gzipped(t, header+line(1)+strings.Repeat("\n", 8<<20)), "packed file", 3, 1}},
		"an empty file":      {{"", "EOF", 1, 0}},
		"letters in amounts": {{header + line(1) + strings.Replace(line(2), "100.00", "1OO.00", 1), "Amount is not a decimal", 3, 1},
			{header + line(1) + strings.Replace(line(2), ",0.00", ",O.00", 1), "Fee is not a decimal", 3, 1}},
		"another calendar": {{header + line(1) + strings.Replace(line(2), "2026-11-20", "2019-03-11", 1), "Date is more than 1400 days", 3, 1},
			{header + line(1) + strings.Replace(line(2), "2026-11-20", "2569-11-20", 1), "Date is not a date", 3, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				r := open(t)
				r.book(1)
				r.book(2)
				r.file("f.csv", c.body)
				breaks, err := r.day.Sheet.Page(context.Background(), r.files, 0)
				if err != nil || r.day.Status != reconciliation.Broken || r.day.Outcome.Matched != c.matched || r.day.Breaks["UNREADABLE"] != 1 || r.day.Breaks["MISSING_AT_NETWORK"] != 2-c.matched {
					t.Errorf("%q: %v, %s %+v %v", c.says, err, r.day.Status, r.day.Outcome, r.day.Breaks)
				}
				said := map[string]bool{}
				for _, b := range breaks {
					if b.Class == settlement.Unreadable && b.Line == c.line && strings.Contains(b.Reason, c.says) {
						for _, l := range settlement.Languages() {
							said[settlement.Explain(b.Break, l)] = true
						}
					}
				}
				if len(said) != 3 {
					t.Errorf("%q on line %d: %+v", c.says, c.line, breaks)
				}
			}
		})
	}
	t.Run("two files with the same rows", func(t *testing.T) {
		r := open(t)
		r.book(1)
		r.file("f.csv", header+line(1))
		r.file("g.csv", header+line(1))
		if r.day.Outcome.Matched != 1 || len(r.day.Breaks) != 1 || r.day.Breaks["DUPLICATE_ROW"] != 1 || !strings.Contains(r.read(r.day.Report), ",g.csv,2,") {
			t.Errorf("%+v %v", r.day.Outcome, r.day.Breaks)
		}
	})
	t.Run("an id twice in the books", func(t *testing.T) {
		r := open(t)
		p := r.payment(r.book(1))
		if err := r.store.Commit(t.Context(), store.Put{Record: payment.Encode(payment.Payment{Tenant: "demo", ID: p.ID})}); !store.IsConflict(err) {
			t.Errorf("a second record of one id: %v", err)
		}
		by := strings.NewReplacer("T1,C1", p.ID+",C1") // found in the list, by its reference, and by its own id: one entry
		r.file("f.csv", header+line(1)+by.Replace(line(1)))
		if r.day.Outcome.Entries != 1 || r.day.Outcome.Rows != 2 {
			t.Errorf("%+v %v", r.day.Outcome, r.day.Breaks)
		}
	})
	t.Run("unknown network", func(t *testing.T) {
		r := open(t)
		r.account.Network = "oxxo"
		host := providertest.NewHost(friday().Add(72*time.Hour), 1)
		adapter, err := all.Registry()["pagoefectivo"].New(r.account, r, host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = provider.Open(adapter, r.account, host); err == nil || !strings.Contains(err.Error(), `does not carry the network "oxxo"`) {
			t.Errorf("an account of it is opened, and its days are compared: %v", err)
		}
	})
}

// full is a store of files that has room for so many more.
type full struct {
	file.Store
	left int
}

var errFull = errors.New("no space left")

// Put has no room when its time has come.
func (f *full) Put(ctx context.Context, name string, body []byte) error {
	if f.left--; f.left < 0 {
		return errFull
	}
	return f.Store.Put(ctx, name, body)
}

// TestNoRoomWhilePartitioning: whichever file of a large day finds no room, the day stays due, tells of nothing, and comes to the same once there is room
// again.
func TestNoRoomWhilePartitioning(t *testing.T) {
	r, keys, order := largeDay(t)
	counted := &full{r.files, 1 << 30}
	r.run.Files = counted
	if err := r.machine(order, nil); err != nil {
		t.Fatal(err)
	}
	want, puts := r.outcome(keys), 1<<30-counted.left
	for left := range puts {
		r, keys, order := largeDay(t)
		r.run.Files = &full{r.files, left}
		if err := r.machine(order, nil); err == nil {
			t.Fatalf("room for %d files suffices, %d were written", left, puts)
		}
		if now := r.now(); now.Due == 0 || now.Run != 0 || len(now.Reports) != 0 || now.Sheet.Count != 0 {
			t.Errorf("half a day is told of: %+v", now)
		}
		r.run.Files = r.files
		if err := r.machine(order, nil); err != nil {
			t.Fatal(err)
		}
		if got := r.outcome(keys); got != want {
			t.Errorf("after %d files:\n%s\nwant\n%s", left, got, want)
		}
	}
	if puts < 10 {
		t.Errorf("only %d files were written", puts)
	}
}
