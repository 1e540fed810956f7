package reconcile_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/flow/reconcile"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

const header = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n"

func friday() time.Time { return time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC) }

func monday() calendar.Date { return calendar.Date{Year: 2026, Month: 11, Day: 23} }

// rig is one account's books and files around a Reconciler.
type rig struct {
	t       *testing.T
	store   *memstore.Store
	files   *memfile.Store
	run     *reconcile.Reconciler
	account provider.Account
	client  *provider.Client
	day     reconciliation.Reconciliation
}

// Client finds the one account.
func (r *rig) Client(context.Context, string) (*provider.Client, error) { return r.client, nil }

// Do refuses every call: comparing needs nobody.
func (r *rig) Do(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded }

func open(t *testing.T) *rig {
	t.Helper()
	host := providertest.NewHost(friday().Add(72*time.Hour), 1)
	r := &rig{t: t, store: memstore.New(memstore.Options{Now: host.Now}), files: memfile.New()}
	r.account = provider.Account{ID: "pe", Tenant: "demo", Provider: "pagoefectivo", Network: "pagoefectivo", Endpoint: "https://pe.example",
		Credentials: map[string]string{"access_key": "a", "secret_key": "b", "service_id": "1"}, Secrets: []string{"s"}}
	adapter, err := all.Registry()["pagoefectivo"].New(r.account, r, host)
	if err != nil {
		t.Fatal(err)
	}
	if r.client, err = provider.Open(adapter, r.account, host); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	r.run = &reconcile.Reconciler{Store: r.store, Observer: observe.Observer{Store: r.store, Log: log}, Clients: r, Files: r.files, Now: host.Now, Log: log}
	r.day = reconciliation.Reconciliation{Tenant: "demo", ID: reconciliation.ID("demo", "pe", monday()), Provider: "pagoefectivo",
		Network: "pagoefectivo", Account: "pe", Date: monday()}
	return r
}

func (r *rig) put(writes ...store.Write) {
	r.t.Helper()
	if err := r.store.Commit(context.Background(), writes...); err != nil {
		r.t.Fatal(err)
	}
}

// book is a payment of 100.00 PEN, voucher C<n>, paid as T<n> on Friday.
func (r *rig) book(n int) store.Key {
	r.t.Helper()
	p := payment.Payment{Tenant: "demo", ID: payment.ID("demo", fmt.Sprint("A-", n)), Network: "pagoefectivo", Provider: "pagoefectivo",
		Account: "pe", Order: fmt.Sprint("A-", n), Amount: money.New(10000, money.PEN), State: payment.Pending, CreatedAt: friday(),
		ExpiresAt: friday().Add(time.Hour)}
	for _, o := range []payment.Observation{
		{Claim: payment.ClaimVoucher, Evidence: "v", At: friday(), Voucher: payment.Voucher{Code: fmt.Sprint("C", n)}},
		{Claim: payment.ClaimPaid, Evidence: "p", At: friday(), OccurredAt: friday(), TransactionID: fmt.Sprint("T", n), Minor: 10000},
	} {
		var err error
		if p, _, err = payment.Next(p, o); err != nil {
			r.t.Fatal(err)
		}
	}
	r.put(store.Put{Record: payment.Encode(p)},
		store.Put{Record: payment.EncodePointer(payment.ReferenceKey("demo", "pe", fmt.Sprint("C", n)), p.ID)},
		store.Put{Record: payment.EncodePointer(payment.TransactionKey("demo", "pe", fmt.Sprint("T", n)), p.ID)})
	return payment.Key("demo", p.ID)
}

func line(n int) string {
	return fmt.Sprintf("T%d,C%d,PAYMENT,100.00,0.00,0.00,100.00,PEN,2026-11-20 10:00:00,SETTLED\n", n, n)
}

// file adds a settlement file to the day and asks for a run.
func (r *rig) file(name, body string) {
	r.t.Helper()
	where := fmt.Sprintf("settlement/%d-%s", len(r.day.Files), name)
	if err := r.files.Put(context.Background(), where, []byte(body)); err != nil {
		r.t.Fatal(err)
	}
	r.day.Files = append(r.day.Files, reconciliation.File{Name: name, Digest: where, Path: where})
	r.again()
}

func (r *rig) again() {
	r.t.Helper()
	r.day.Due = 1
	r.put(store.Put{Record: reconciliation.Encode(r.day)})
	if err := r.run.Handle(context.Background(), job.Job{Kind: job.Reconcile, Key: reconciliation.Key("demo", r.day.ID)}); err != nil {
		r.t.Fatal(err)
	}
	record, err := r.store.Get(context.Background(), reconciliation.Key("demo", r.day.ID))
	if err != nil {
		r.t.Fatal(err)
	}
	if r.day, err = reconciliation.Decode(record); err != nil {
		r.t.Fatal(err)
	}
	if r.day.Due != 0 {
		r.t.Error("the run has ended and is still due")
	}
}

func (r *rig) read(name string) string {
	r.t.Helper()
	body, err := r.files.Get(context.Background(), name)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(body)
}

// TestDamagedFiles: what can be read counts, the rest is said, the day is not green, and the corrected file mends it.
func TestDamagedFiles(t *testing.T) {
	whole := header + line(1) + line(2)
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(whole)) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	for name, c := range map[string]struct {
		body    string
		matched int
	}{
		"cut off in a line":      {whole[:len(whole)-30], 1},
		"cut off in a quote":     {header + line(1) + `"T2,C2,PAYMENT`, 1},
		"cut off in the header":  {header[:40], 0},
		"empty":                  {"", 0},
		"Latin-1 in a name":      {header + line(1) + strings.Replace(line(2), "SETTLED", "LIQUIDACI\xd3N", 1), 1},
		"UTF-16":                 {string(utf16le), 0},
		"a page":                 {"<html><body>503</body></html>\n", 0},
		"a compressed file":      {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9", 0},
		"zeros":                  {strings.Repeat("\x00", 5000), 0},
		"another decimal comma":  {header + line(1) + strings.ReplaceAll(line(2), "100.00,", `"100,00",`), 1},
		"another date":           {header + line(1) + strings.Replace(line(2), "2026-11-20 10:00:00", "20/11/2026", 1), 1},
		"a line too long to be":  {header + line(1) + strings.Repeat("x", 100_000), 1},
		"a column has gone":      {strings.Replace(whole, "Net Amount,", "", 1), 0},
		"a field more in a line": {header + line(1) + "x," + line(2), 1},
	} {
		r := open(t)
		first := r.book(1)
		r.book(2)
		r.file("f.csv", c.body)
		missing := r.day.Breaks["MISSING_AT_NETWORK"]
		if r.day.Status != reconciliation.Broken || r.day.Outcome.Unreadable < 1 || r.day.Outcome.Matched != c.matched || missing != 2-c.matched ||
			r.day.Breaks["UNREADABLE"] != r.day.Outcome.Unreadable {
			t.Errorf("%s: %s %+v %v", name, r.day.Status, r.day.Outcome, r.day.Breaks)
		}
		breaks, err := r.day.Sheet.Page(context.Background(), r.files, 0)
		if err != nil {
			t.Fatal(err)
		}
		said := false
		for _, b := range breaks {
			said = said || (b.Class == settlement.Unreadable && b.File == "f.csv" && b.Line >= 1 && settlement.Explain(b.Break, settlement.Spanish) != "")
		}
		if !said {
			t.Errorf("%s: nobody is told which line: %v", name, breaks)
		}
		record, _ := r.store.Get(context.Background(), first)
		if p, _ := payment.Decode(record); p.Settled() != (c.matched == 1) {
			t.Errorf("%s: the good line is settled: %v", name, p.Settled())
		}
		r.file("f.csv", whole)
		if r.day.Status != reconciliation.Balanced || r.day.Outcome.Matched != 2 || r.day.Problem != "" {
			t.Errorf("%s, corrected: %s %+v %v", name, r.day.Status, r.day.Outcome, r.day.Breaks)
		}
	}
}

// TestRunsAgainAlike: however often a day is run, before or after its rows were folded, it reads the same.
func TestRunsAgainAlike(t *testing.T) {
	r := open(t)
	keys := []store.Key{r.book(1), r.book(2), r.book(3), r.book(4)}
	r.file("f.csv", header+line(1)+line(2)+line(2)+strings.Replace(line(3), "100.00,0.00,0.00,100.00", "90.00,0.00,0.00,90.00", 1)+"broken\n"+line(7))
	outcome, breaks, report := fmt.Sprint(r.day.Outcome, r.day.Breaks), r.day.Sheet, fmt.Sprint(r.day.Reports)
	var before []int64
	for _, k := range keys {
		record, _ := r.store.Get(context.Background(), k)
		before = append(before, record.Version)
	}
	for range 3 {
		r.again()
		if got := fmt.Sprint(r.day.Outcome, r.day.Breaks); got != outcome {
			t.Errorf("%s\nthen %s", outcome, got)
		}
		if r.day.Sheet != breaks || fmt.Sprint(r.day.Reports) != report { // names are made of the content
			t.Errorf("another report:\n%s\n%v", report, r.day.Reports)
		}
	}
	for i, k := range keys {
		if record, _ := r.store.Get(context.Background(), k); record.Version != before[i] {
			t.Errorf("%s was written again: %d, %d", k, before[i], record.Version)
		}
	}
	for class, n := range map[string]int{"DUPLICATE_ROW": 1, "AMOUNT_UNDER": 1, "UNREADABLE": 1, "MISSING_IN_BOOKS": 1, "MISSING_AT_NETWORK": 1} {
		if r.day.Breaks[class] != n {
			t.Errorf("%s: %v", class, r.day.Breaks)
		}
	}
}

// TestAFinishedDayIsLeftAlone: a job that comes once more, or late, does nothing.
func TestAFinishedDayIsLeftAlone(t *testing.T) {
	r := open(t)
	r.book(1)
	r.file("f.csv", header+line(1))
	version, run := r.day.Version, r.day.Run
	if err := r.run.Handle(context.Background(), job.Job{Kind: job.Reconcile, Key: reconciliation.Key("demo", r.day.ID)}); err != nil {
		t.Fatal(err)
	}
	record, _ := r.store.Get(context.Background(), reconciliation.Key("demo", r.day.ID))
	if rec, _ := reconciliation.Decode(record); record.Version != version || rec.Run != run {
		t.Errorf("run %d, version %d after run %d, version %d", rec.Run, record.Version, run, version)
	}
}

// TestReportsAreNoPrograms: what a spreadsheet would run is neutralised, negative numbers stay numbers.
func TestReportsAreNoPrograms(t *testing.T) {
	r := open(t)
	evil := []string{"=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1"}
	body := header
	for _, e := range evil {
		body += strings.NewReplacer("T1", e, "C1", e).Replace(line(1))
	}
	r.file("=cmd.csv", body+strings.NewReplacer("PAYMENT", "REFUND", "100.00", "-100.00").Replace(line(9)))
	for _, row := range strings.Split(r.read(r.day.Report), "\n")[1:] {
		for i, cell := range strings.Split(row, ",") {
			cell = strings.Trim(cell, `"`)
			number := i >= 8 && i <= 10
			first, _ := utf8.DecodeRuneInString(cell)
			if cell != "" && strings.ContainsRune("=+-@\t＝＋－＠", first) && !number {
				t.Errorf("column %d of %s", i, row)
			}
			if number && strings.HasPrefix(cell, "'") {
				t.Errorf("a number became a text: %s", row)
			}
		}
	}
	if !strings.Contains(r.read(r.day.Report), ",-100.00,") {
		t.Errorf("no negative number in\n%s", r.read(r.day.Report))
	}
}
