package seal_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/flow/seal"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memfile"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

type accounts []provider.Account

func (a accounts) OfNetwork(context.Context, string) ([]provider.Account, error) { return a, nil }

// counting counts the journals that are read.
type counting struct {
	store.Store
	journals int
}

func (c *counting) Get(ctx context.Context, key store.Key) (store.Record, error) {
	if key.SK == disbursement.SK {
		c.journals++
	}
	return c.Store.Get(ctx, key)
}

// TestWhatIsSealedIsNotReadAgain: the day after, what was told late of the day before is sealed with it, and what is sealed already is
// neither read nor sealed a second time.
func TestWhatIsSealedIsNotReadAgain(t *testing.T) {
	ctx, table, files := context.Background(), &counting{Store: memstore.New(memstore.Options{})}, memfile.New()
	day := time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)
	now := day
	told := func(id string) {
		t.Helper()
		d := disbursement.Disbursement{Tenant: "demo", ID: id, Kind: disbursement.Refund, Network: "efecty", Amount: money.New(100, money.COP), RequestedBy: "ana", CreatedAt: day}
		record := disbursement.Encode(d.Open("", ""))
		if err := table.Commit(ctx, store.Put{Record: record}); err != nil {
			t.Fatal(err)
		}
		record.Version = 1
		events, err := event.Of(store.Change{New: record})
		if err != nil || len(events) != 1 {
			t.Fatal(events, err)
		}
		if err := table.Commit(ctx, store.Put{Record: event.Encode(events[0], now)}); err != nil {
			t.Fatal(err)
		}
	}
	s := seal.Sealer{Store: table, Files: files, Accounts: accounts{{ID: "efecty-demo", Tenant: "demo"}}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	sealed := func(name string, journals int, subjects ...string) {
		t.Helper()
		table.journals = 0
		if err := s.Handle(ctx, job.Job{Kind: job.Seal, Key: store.Key{PK: "efecty"}}); err != nil {
			t.Fatal(err)
		}
		kept, err := files.Get(ctx, audit.Name("demo", name))
		if err != nil {
			t.Fatal(err)
		}
		lines, _, err := audit.Read(kept)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, l.Subject)
		}
		if strings.Join(got, " ") != strings.Join(subjects, " ") || table.journals != journals {
			t.Errorf("%s has %v after %d journals, want %v after %d", name, got, table.journals, subjects, journals)
		}
	}
	told("rf_1")
	now = now.AddDate(0, 0, 1)
	sealed("2026-11-20", 1, "rf_1")
	told("rf_2") // of the day before, told late
	now = now.AddDate(0, 0, 1)
	sealed("2026-11-21", 1, "rf_2")
}
