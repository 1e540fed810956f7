// Package seal closes each day of a merchant's journals: every entry that was told of, in one file with one root, kept where
// nobody can write over it. Who later changes a record, or the events, cannot change what was sealed.
package seal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/store"
)

// Accounts lists the accounts of a network.
type Accounts interface {
	OfNetwork(ctx context.Context, network string) ([]provider.Account, error)
}

// Sealer does job.Seal.
type Sealer struct {
	Store    store.Store
	Accounts Accounts
	Files    file.Store
	Now      func() time.Time
	Log      *slog.Logger
}

// lookBack is how many days without a seal are made up for; beyond it the chain of days begins anew, which verification shows.
const lookBack = 31

// Handle seals what is not sealed yet of the days before today, for every merchant with an account on the network. One
// merchant's trouble is not another's.
func (s *Sealer) Handle(ctx context.Context, j job.Job) error {
	accounts, err := s.Accounts.OfNetwork(ctx, j.Key.PK)
	if err != nil {
		return err
	}
	var tenants []string
	for _, a := range accounts {
		tenants = append(tenants, a.Tenant)
	}
	slices.Sort(tenants)
	var all []error
	for _, tenant := range slices.Compact(tenants) {
		if err := s.tenant(ctx, tenant); err != nil {
			s.Log.ErrorContext(ctx, "day not sealed", "tenant", tenant, "error", err)
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// tenant seals the days after the last one that is sealed, oldest first; the first of all is the first that has an entry.
func (s *Sealer) tenant(ctx context.Context, tenant string) error {
	today := s.Now().UTC().Truncate(24 * time.Hour)
	var last audit.Seal
	var sealed []string // hashes of the entries of the day before
	first := today.AddDate(0, 0, -lookBack)
	for back := 1; back <= lookBack; back++ {
		day := today.AddDate(0, 0, -back)
		kept, err := s.Files.Get(ctx, audit.Name(tenant, day.Format(time.DateOnly)))
		if errors.Is(err, file.ErrNotFound) {
			continue
		}
		if err == nil {
			sealed, last, err = audit.Sealed(kept)
		}
		if err != nil {
			return err
		}
		first = day.AddDate(0, 0, 1)
		break
	}
	for day := first; day.Before(today); day = day.AddDate(0, 0, 1) {
		lines, err := s.day(ctx, tenant, day, sealed, last.Seal != "")
		if err != nil {
			return err
		}
		if last.Seal == "" && len(lines) == 0 {
			continue
		}
		name := day.Format(time.DateOnly)
		kept, seal, err := audit.Write(tenant, name, last.Seal, lines)
		if err != nil {
			return err
		}
		if err := s.Files.Put(ctx, audit.Name(tenant, name), kept); err != nil {
			return err
		}
		last, sealed = seal, sealed[:0]
		for i := range lines {
			sealed = append(sealed, lines[i].Hash)
		}
		s.Log.InfoContext(ctx, "day sealed", "tenant", tenant, "date", name, "code", last.Root)
	}
	return nil
}

// day is every entry that was told of on a day, and what was told late of the day before.
func (s *Sealer) day(ctx context.Context, tenant string, day time.Time, before []string, again bool) ([]audit.Line, error) {
	known := make(map[string]bool, len(before))
	for _, hash := range before {
		known[hash] = true
	}
	days := []time.Time{day}
	if again {
		days = append(days, day.AddDate(0, 0, -1))
	}
	journals := map[string]journal{}
	var lines []audit.Line
	for _, d := range days {
		for after := ""; ; {
			page, err := s.Store.Query(ctx, store.Query{PK: event.Partition(tenant, d), After: after})
			if err != nil {
				return nil, err
			}
			if d.Equal(day) { // of the day before next to nothing is new
				lines = slices.Grow(lines, len(page.Records))
			}
			for _, r := range page.Records {
				subject, told, err := event.JournalOf(r)
				if err != nil {
					return nil, err
				}
				if told.Entry == 0 || known[told.Hash] {
					continue // what is sealed already costs no reading of its journal
				}
				known[told.Hash] = true
				l, err := s.entry(ctx, tenant, subject, told, journals)
				if err != nil {
					return nil, err
				}
				lines = append(lines, l)
			}
			if after = page.Next; after == "" {
				break
			}
		}
	}
	return lines, nil
}

// journal is a record's whole journal, with the hash in front of each step and that after the last.
type journal struct {
	steps  []audit.Step
	hashes []audit.Hash
}

// entry is the step that an event told of, with the hash that it told. A journal that no longer says the same is sealed as it
// was told: verification shows it.
func (s *Sealer) entry(ctx context.Context, tenant, subject string, told event.Journal, journals map[string]journal) (audit.Line, error) {
	all, known := journals[subject]
	if !known {
		var err error
		if all, err = s.journal(ctx, tenant, subject); err != nil {
			return audit.Line{}, err
		}
		journals[subject] = all
	}
	l := audit.Line{Subject: subject, Entry: told.Entry, Note: "not in the journal any more"}
	if n := told.Entry; n <= len(all.steps) {
		l = audit.NewLine(subject, n, all.steps[n-1], all.hashes[n-1], all.hashes[n])
	}
	if l.Hash != told.Hash {
		s.Log.ErrorContext(ctx, "journal differs from what was told", "tenant", tenant, "key", subject)
		l.Hash = told.Hash
	}
	return l, nil
}

// journal reads a record's; none if the record is gone.
func (s *Sealer) journal(ctx context.Context, tenant, subject string) (all journal, err error) {
	record, err := s.Store.Get(ctx, disbursement.Key(tenant, subject))
	if err == nil {
		d, err := disbursement.Decode(record)
		if err != nil {
			return all, err
		}
		all.steps = d.Journal()
	} else if errors.Is(err, store.ErrNotFound) {
		if record, err = s.Store.Get(ctx, payment.Key(tenant, subject)); err != nil {
			if errors.Is(err, store.ErrNotFound) {
				return all, nil // what was told of is gone
			}
			return all, err
		}
		p, err := payment.Decode(record)
		if err != nil {
			return all, err
		}
		all.steps = event.StepsOfPayment(p)
	} else {
		return all, fmt.Errorf("seal: %w", err)
	}
	chain := audit.Begin(tenant, subject)
	all.hashes = append(make([]audit.Hash, 0, len(all.steps)+1), chain.Last())
	for _, step := range all.steps {
		_, sum := chain.Add(step)
		all.hashes = append(all.hashes, sum)
	}
	return all, nil
}
