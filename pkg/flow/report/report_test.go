package report_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/flow/report"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// rig is a reporter of one merchant that wants its days mailed, and a carrier that does what the test says.
type rig struct {
	*memstore.Store
	now   time.Time
	files int // accounts whose day has a file
	write error
	send  func() error
	mails []string
	run   *report.Reporter
}

func (r *rig) OfNetwork(context.Context, string) ([]provider.Account, error) {
	return []provider.Account{{ID: "a", Tenant: "demo"}, {ID: "b", Tenant: "demo"}, {ID: "c", Tenant: "quiet"}}, nil
}

func (r *rig) Daily(_ context.Context, _ merchant.Merchant, date calendar.Date, language string) (notice.Mail, int, error) {
	return notice.Mail{Subject: date.String() + " " + language}, r.files, r.write
}

func (r *rig) Mail(_ context.Context, m notice.Mail) error {
	if r.send != nil {
		if err := r.send(); err != nil {
			return err
		}
	}
	r.mails = append(r.mails, m.To+" "+m.Subject)
	return nil
}

func open(t *testing.T, now string) *rig {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{Store: memstore.New(memstore.Options{}), now: at}
	r.run = &report.Reporter{Store: r, Accounts: r, Writer: r, Mailer: r, Now: func() time.Time { return r.now }, Log: slog.New(slog.DiscardHandler)}
	rules := []merchant.Rules{{Number: 1, Reports: merchant.Reports{To: []string{"a@shop.example", "b@shop.example"}, Language: "es"}}}
	for _, m := range []merchant.Merchant{{ID: "demo", Rules: rules}, {ID: "quiet"}} {
		if err := r.Commit(context.Background(), store.Put{Record: merchant.Encode(m, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func (r *rig) night() error {
	return r.run.Handle(context.Background(), job.Job{Kind: job.Report, Key: store.Key{PK: "efecty"}})
}

func (r *rig) again(date string) error {
	day, err := calendar.Parse(date)
	if err != nil {
		return err
	}
	return r.run.Handle(context.Background(), job.Job{Kind: job.Report, Key: notice.ReportKey("demo", day)})
}

// TestTwoCopiesOfAMessageMailOnce, also while the first is at it, and however often the night comes.
func TestTwoCopiesOfAMessageMailOnce(t *testing.T) {
	r := open(t, "2026-11-20T23:05:00-05:00")
	r.send = func() error {
		if err := errors.Join(r.night(), r.again("2026-11-20")); err != nil {
			t.Error(err)
		}
		return nil
	}
	for range 3 {
		if err := r.night(); err != nil {
			t.Fatal(err)
		}
		r.now = r.now.Add(10 * time.Minute)
	}
	day, _ := calendar.Parse("2026-11-20")
	if _, err := r.Get(context.Background(), notice.ReportKey("quiet", day)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("who wants no reports has one: %v", err)
	}
	if len(r.mails) != 2 || r.mails[0] != "a@shop.example 2026-11-20 es" || r.mails[1] != "b@shop.example 2026-11-20 es" {
		t.Errorf("%q", r.mails)
	}
}

// TestALateMessageMailsTheDayThatIsOver, and not the one that has begun meanwhile, which is mailed when its own time comes.
func TestALateMessageMailsTheDayThatIsOver(t *testing.T) {
	for night, want := range map[string]string{"2026-11-18T23:05:00-05:00": "2026-11-18", "2026-11-19T00:05:00-05:00": "2026-11-18",
		"2026-11-19T22:55:00-05:00": "2026-11-18"} {
		r := open(t, night)
		if err := r.night(); err != nil || len(r.mails) != 2 || r.mails[0] != "a@shop.example "+want+" es" {
			t.Errorf("%s: %q, %v", night, r.mails, err)
		}
		r.now = time.Date(2026, 11, 20, 4, 5, 0, 0, time.UTC)
		if err := r.night(); err != nil || len(r.mails) != 4 || r.mails[2] != "a@shop.example 2026-11-19 es" {
			t.Errorf("the night after %s: %q, %v", night, r.mails, err)
		}
	}
}

// TestADayThatCannotBeWrittenIsTriedAgain, and nobody is mailed meanwhile.
func TestADayThatCannotBeWrittenIsTriedAgain(t *testing.T) {
	r := open(t, "2026-11-20T23:05:00-05:00")
	r.write = errors.New("the bucket is away")
	if err := r.night(); err == nil || len(r.mails) != 0 {
		t.Fatalf("%v, %q", err, r.mails)
	}
	r.write, r.now = nil, r.now.Add(notice.ReportLease)
	if err := r.again("2026-11-20"); err != nil || len(r.mails) != 2 {
		t.Errorf("%v, %q", err, r.mails)
	}
}

// TestADayOffWithoutAFileIsNoNews; with one it is, and a working day always.
func TestADayOffWithoutAFileIsNoNews(t *testing.T) {
	for _, c := range []struct {
		night       string
		files, want int
	}{{"2026-11-22T23:05:00-05:00", 0, 0}, {"2026-11-22T23:05:00-05:00", 1, 2}, {"2026-11-20T23:05:00-05:00", 0, 2}} {
		r := open(t, c.night)
		r.files = c.files
		if err := r.night(); err != nil || len(r.mails) != c.want {
			t.Errorf("%s with %d files: %q, %v", c.night, c.files, r.mails, err)
		}
	}
}
