package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// rig is two accounts whose provider publishes what it is told to.
type rig struct {
	t         *testing.T
	host      *providertest.Host
	store     *memstore.Store
	files     *memfile.Store
	published map[string]string // body by day
	down      map[string]bool   // accounts whose calls fail
	asked     []string          // days, of account a
	jobs      []job.Job
	sending   error
	ingester  *ingest.Ingester
}

func account(id string) provider.Account {
	return provider.Account{ID: id, Tenant: "demo", Provider: "efecty", Network: "efecty", Endpoint: "https://" + id + ".example",
		Credentials: map[string]string{"merchant_id": id, "terminal_id": "t", "secret": "s"}, Secrets: []string{"s"}}
}

// Do is the wire.
func (r *rig) Do(req *http.Request) (*http.Response, error) {
	id, _, _ := strings.Cut(req.URL.Host, ".")
	if r.down[id] {
		return nil, errors.New("connection refused")
	}
	day := req.URL.Query().Get("date")
	if id == "a" {
		r.asked = append(r.asked, day)
	}
	status, body := 404, `{"code":"SETTLEMENT_NOT_PUBLISHED"}`
	if text, ok := r.published[day]; ok {
		status, body = 200, text
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(body)))}, nil
}

// OfNetwork lists both accounts.
func (r *rig) OfNetwork(context.Context, string) ([]provider.Account, error) {
	return []provider.Account{account("a"), account("b")}, nil
}

// Client opens an account.
func (r *rig) Client(_ context.Context, id string) (*provider.Client, error) {
	adapter, err := all.Registry()["efecty"].New(account(id), r, r.host)
	if err != nil {
		return nil, err
	}
	return provider.Open(adapter, account(id), r.host)
}

// Send keeps the job.
func (r *rig) Send(_ context.Context, j job.Job, _ time.Duration) error {
	if r.sending == nil {
		r.jobs = append(r.jobs, j)
	}
	return r.sending
}

// open starts on Monday 23 November 2026, nine in the morning in Bogotá.
func open(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, host: providertest.NewHost(time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC), 1), files: memfile.New(),
		published: map[string]string{}, down: map[string]bool{}}
	r.store = memstore.New(memstore.Options{Now: r.host.Now})
	r.ingester = &ingest.Ingester{Store: r.store, Accounts: r, Clients: r, Files: r.files, Inbox: r.files, Sender: r, Now: r.host.Now, Log: slog.New(slog.DiscardHandler)}
	return r
}

func (r *rig) pull() error {
	r.asked, r.jobs = nil, nil
	return r.ingester.Handle(context.Background(), job.Job{Kind: job.Ingest, Key: store.Key{PK: "efecty"}})
}

func (r *rig) day(id, date string) (reconciliation.Reconciliation, bool) {
	r.t.Helper()
	d, err := calendar.Parse(date)
	if err != nil {
		r.t.Fatal(err)
	}
	record, err := r.store.Get(context.Background(), reconciliation.Key("demo", reconciliation.ID("demo", id, d)))
	if errors.Is(err, store.ErrNotFound) {
		return reconciliation.Reconciliation{}, false
	}
	rec, err := reconciliation.Decode(record)
	if err != nil {
		r.t.Fatal(err)
	}
	return rec, true
}

// TestAFileCountsOnce however often it is pulled; other bytes are another file, and the day is run again.
func TestAFileCountsOnce(t *testing.T) {
	r := open(t)
	r.published["2026-11-23"] = "one"
	for i := range 3 {
		if err := r.pull(); err != nil {
			t.Fatal(err)
		}
		if want := map[int]int{0: 2}[i]; len(r.jobs) != want {
			t.Errorf("pull %d asked for %d runs, want %d", i, len(r.jobs), want)
		}
	}
	rec, _ := r.day("a", "2026-11-23")
	if len(rec.Files) != 1 || rec.Status != reconciliation.Running || rec.Due == 0 || rec.Version != 1 || rec.Files[0].Name != "efecty-2026-11-23.csv" {
		t.Errorf("%+v", rec)
	}
	if body, err := r.files.Get(context.Background(), rec.Files[0].Path); string(body) != "one" || err != nil {
		t.Errorf("archived as %q, %v", body, err)
	}
	r.published["2026-11-23"] = "one, corrected"
	if err := r.pull(); err != nil || len(r.jobs) != 2 {
		t.Errorf("%v, %d jobs", err, len(r.jobs))
	}
	if rec, _ = r.day("a", "2026-11-23"); len(rec.Files) != 2 || len(rec.Current()) != 1 || rec.Current()[0] != rec.Files[1] {
		t.Errorf("%+v counts %+v", rec.Files, rec.Current())
	}
	if body, _ := r.files.Get(context.Background(), rec.Files[0].Path); string(body) != "one" {
		t.Error("the first file is no longer what it was")
	}
}

// TestAPullThatFailedIsMadeUpFor within a week of business days, every sixth hour, and what is there is not asked for again.
func TestAPullThatFailedIsMadeUpFor(t *testing.T) {
	r := open(t)
	r.published["2026-11-19"], r.published["2026-11-20"] = "thursday", "friday"
	if err := r.pull(); err != nil || strings.Join(r.asked, " ") != "2026-11-23" {
		t.Fatalf("at nine in the morning asked for %v, %v", r.asked, err)
	}
	r.host.Sleep(3 * time.Hour)
	r.asked = nil
	if err := r.pull(); err != nil {
		t.Fatal(err)
	}
	// The 16th is a holiday in Colombia, the 21st and 22nd are a weekend.
	if got := strings.Join(r.asked, " "); got != "2026-11-17 2026-11-18 2026-11-19 2026-11-20 2026-11-23" {
		t.Errorf("asked for %s", got)
	}
	if err := r.pull(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(r.asked, " "); got != "2026-11-17 2026-11-18 2026-11-23" {
		t.Errorf("then asked for %s", got)
	}
}

// TestOneAccountsTroubleIsItsOwn, and the job comes back for it.
func TestOneAccountsTroubleIsItsOwn(t *testing.T) {
	for _, broken := range []string{"a", "b"} {
		r := open(t)
		r.published["2026-11-23"], r.down[broken] = "one", true
		if err := r.pull(); err == nil {
			t.Error("the job is done although an account is missing")
		}
		for _, id := range []string{"a", "b"} {
			if _, there := r.day(id, "2026-11-23"); there == (id == broken) {
				t.Errorf("%s is down: %s has its day: %v", broken, id, there)
			}
		}
	}
}

// TestALostSendIsDue: the sweep finds the day.
func TestALostSendIsDue(t *testing.T) {
	r := open(t)
	r.published["2026-11-23"], r.sending = "one", errors.New("away")
	if err := r.pull(); err != nil {
		t.Fatal(err)
	}
	r.host.Sleep(2 * time.Minute)
	found := 0
	for shard := range job.DueShards {
		page, err := r.store.Query(context.Background(), store.Query{Index: store.Work, PK: job.DuePartition(shard), To: job.DueUntil(r.host.Now())})
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range page.Records {
			if j, _, err := job.FromDue(record.Key, record.Index.Work); err != nil || j.Kind != job.Reconcile {
				t.Errorf("%+v, %v", j, err)
			}
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d days are due", found)
	}
}

// TestAFileTooLargeForTheInbox is refused before anything of it is kept, with what to do instead; in parts it is taken.
func TestAFileTooLargeForTheInbox(t *testing.T) {
	r := open(t)
	const header = "Transaction ID,Reference Code,Type,Amount,Fee,Net Amount,Currency,Date,Status\n"
	row := "T1,R1,PAYMENT,1.00,0.00,1.00,COP,2026-11-20 10:00:00,SETTLED\n"
	r.files.Most = len(header + row)
	ctx, at := context.Background(), "inbox/a/2026-11-23/"
	drop := func(name, body string) error {
		if err := r.files.Put(ctx, at+name, []byte(body)); err != nil {
			t.Fatal(err)
		}
		return r.ingester.Handle(ctx, job.Job{Kind: job.Drop, Key: store.Key{PK: at + name}})
	}
	if err := drop("all.csv", header+row+strings.Replace(row, "T1", "T2", 1)); !errors.Is(err, file.ErrTooLarge) || !strings.Contains(err.Error(), "in parts") {
		t.Error(err)
	}
	if rec, there := r.day("a", "2026-11-23"); there || len(r.jobs) != 0 || len(r.files.Names()) != 1 {
		t.Errorf("%+v, %d jobs, files %v", rec, len(r.jobs), r.files.Names())
	}
	for i, id := range []string{"T1", "T2"} {
		if err := drop(id+".csv", header+strings.Replace(row, "T1", id, 1)); err != nil {
			t.Fatal(err)
		}
		if rec, _ := r.day("a", "2026-11-23"); len(rec.Current()) != i+1 {
			t.Errorf("%+v", rec)
		}
	}
}
