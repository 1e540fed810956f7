package decide

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// named is how many open breaks an answer names.
const named = 20

// CloseDay locks a day in which nothing is open. Closing it again changes nothing. Errors: ErrNotFound, ErrRunning, ErrState,
// *OpenError, store.ErrBusy.
func (d *Decider) CloseDay(ctx context.Context, tenant, id, by string) (reconciliation.Reconciliation, error) {
	for range tries {
		day, err := d.day(ctx, tenant, id)
		switch {
		case err != nil || day.Closed():
			return day, err
		case day.Due != 0 || day.Run == 0:
			return day, ErrRunning
		}
		writes, err := d.closing(ctx, day, by)
		if err == nil {
			err = d.Store.Commit(ctx, writes...)
		}
		if store.IsConflict(err) {
			continue // somebody decided or a file came: look again
		}
		if err == nil {
			day, err = d.day(ctx, tenant, id)
			d.Log.InfoContext(ctx, "day closed", "tenant", tenant, "reconciliation", id, "date", day.Date.String(), "by", by)
		}
		return day, err
	}
	return reconciliation.Reconciliation{}, fmt.Errorf("%w: %s is decided about by many", store.ErrBusy, id)
}

// closing are the writes that close a day: the day, and the fence of the shared decisions that it counts, which are copied first. Errors:
// *OpenError, a conflict.
func (d *Decider) closing(ctx context.Context, day reconciliation.Reconciliation, by string) ([]store.Write, error) {
	fence, err := d.fence(ctx, day) // before the decisions are read
	if err != nil {
		return nil, err
	}
	digest, shared, err := d.seal(ctx, day)
	if err != nil {
		return nil, err
	}
	day.Open = 0
	day.Seals = append(slices.Clone(day.Seals), reconciliation.Seal{At: calendar.Millis(d.Now()), By: by, Digest: digest})
	writes := []store.Write{store.Put{Record: reconciliation.Encode(day)}}
	if len(shared) > 0 {
		writes = append(writes, fence)
	}
	return writes, discrepancy.Copy(ctx, d.Store, day.Tenant, day.ID, digest, shared)
}

// fence is the write that goes with whatever rests on, or changes, the decisions that the days of an account share.
func (d *Decider) fence(ctx context.Context, day reconciliation.Reconciliation) (store.Write, error) {
	key := discrepancy.FenceKey(day.Tenant, day.Account)
	record, err := d.Store.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Put{Record: store.Record{Key: key, Body: []byte("{}")}}, nil
	}
	return store.Put{Record: record}, err
}

// Decisions are those about a day's breaks: as they are, or, of a day that is closed, as they were.
func (d *Decider) Decisions(ctx context.Context, day reconciliation.Reconciliation) (discrepancy.Decisions, error) {
	if day.Closed() {
		return discrepancy.ReadClosed(ctx, d.Store, day.Tenant, day.Account, day.ID, day.Seals[len(day.Seals)-1].Digest)
	}
	return discrepancy.Read(ctx, d.Store, day.Tenant, day.Account, day.ID)
}

// seal is a digest of everything that the closed day rests on, and the decisions among it that other days share. Error: *OpenError.
func (d *Decider) seal(ctx context.Context, day reconciliation.Reconciliation) (string, []discrepancy.Decision, error) {
	today, err := d.Today(day.Network)
	if err != nil {
		return "", nil, err
	}
	decisions, err := d.Decisions(ctx, day)
	if err != nil {
		return "", nil, err
	}
	var shared []discrepancy.Decision
	sum, open := sha256.New(), &OpenError{}
	facts := json.NewEncoder(sum)
	if err := facts.Encode([]any{day.Files, day.Run, day.Outcome, day.Sheet}); err != nil {
		return "", nil, err
	}
	for n := range day.Sheet.Pages() {
		page, err := day.Sheet.Page(ctx, d.Files, n)
		if err != nil {
			return "", nil, err
		}
		for _, b := range page {
			decision := decisions[discrepancy.Key(day.Tenant, day.Account, day.ID, b)]
			if !decision.Stands(b.Mark(), today, false).Settled() {
				open.Count++
				if len(open.First) < named {
					open.First = append(open.First, b.ID)
				}
			}
			if discrepancy.Shared(b) {
				decision.Entry = b.Break.ID
				shared = append(shared, decision)
			}
			if err := facts.Encode([]any{b.ID, b.Mark(), decision, decision.Version}); err != nil {
				return "", nil, err
			}
		}
	}
	if open.Count > 0 {
		return "", nil, open
	}
	return hex.EncodeToString(sum.Sum(nil)), shared, nil
}

// ReopenDay unlocks a day, with a reason. Files that came meanwhile count from now on. Errors: ErrNotFound, ErrState when it is open
// or its month is closed.
func (d *Decider) ReopenDay(ctx context.Context, tenant, id, by, reason string) (reconciliation.Reconciliation, error) {
	for range tries {
		day, err := d.day(ctx, tenant, id)
		if err != nil {
			return day, err
		}
		if !day.Closed() && day.Status != reconciliation.Held {
			if n := len(day.Seals); n > 0 && day.Seals[n-1].ReopenedBy == by && day.Seals[n-1].Reason == reason {
				return day, nil // an answer that was lost
			}
			return day, fmt.Errorf("%w: the day is open", ErrState)
		}
		month, err := d.Month(ctx, tenant, day.Date)
		if err != nil {
			return day, err
		}
		if month.Closed() {
			return day, fmt.Errorf("%w: month %s is closed; reopen it first", ErrState, month.Month)
		}
		if n := len(day.Seals); n > 0 {
			day.Seals = slices.Clone(day.Seals)
			day.Seals[n-1].ReopenedAt, day.Seals[n-1].ReopenedBy, day.Seals[n-1].Reason = calendar.Millis(d.Now()), by, reason
		}
		if len(day.Late) > 0 {
			day.Files, day.Late = append(slices.Clone(day.Files), day.Late...), nil
			day.Status, day.Due = reconciliation.Running, calendar.Millis(d.Now().Add(time.Minute))
		}
		err = d.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(day)}, month.Fence())
		if store.IsConflict(err) {
			continue
		}
		if err != nil {
			return day, err
		}
		d.Log.WarnContext(ctx, "day reopened", "tenant", tenant, "reconciliation", id, "date", day.Date.String(), "by", by, "reason", reason)
		if day.Due != 0 {
			d.run(ctx, reconciliation.Key(tenant, id))
		}
		return day, nil
	}
	return reconciliation.Reconciliation{}, fmt.Errorf("%w: %s", store.ErrBusy, id)
}

// Month reads a month; one that nobody has closed is as good as open.
func (d *Decider) Month(ctx context.Context, tenant string, day calendar.Date) (reconciliation.Month, error) {
	return reconciliation.ReadMonth(ctx, d.Store, tenant, day)
}

// Accepting is what whoever closes a month takes as all right, each with the reason why; empty, if it is not.
type Accepting struct {
	Silence string // business days without a file, and accounts without any
	Bank    string // differences between settlement days and the bank that nobody has decided about
}

// CloseMonth locks a month all of whose days are closed. Errors: ErrState while the month is not over, *OpenError with the days that are open or
// have no file and with what the bank shows otherwise.
func (d *Decider) CloseMonth(ctx context.Context, tenant string, first calendar.Date, accounts []Expecting, by string, accept Accepting) (reconciliation.Month, error) {
	for range tries {
		month, err := d.Month(ctx, tenant, first)
		if err != nil || month.Closed() {
			return month, err
		}
		days, err := d.days(ctx, tenant, first, accounts)
		if err != nil {
			return month, err
		}
		open, err := d.unfinished(ctx, tenant, first, accounts, days, accept.Silence != "")
		if err != nil {
			return month, err
		}
		bank, differing, err := d.monthAtBank(ctx, tenant, first)
		if err != nil {
			return month, err
		}
		if accept.Bank == "" {
			open = append(open, differing...)
		}
		if len(open) > 0 {
			return month, &OpenError{Count: len(open), First: open[:min(len(open), named)]}
		}
		month.Bank = &bank
		month.Totals = map[string]reconciliation.Total{}
		seal := reconciliation.Seal{At: calendar.Millis(d.Now()), By: by, Silence: accept.Silence}
		if bank.Open > 0 {
			seal.Bank = accept.Bank
		}
		sum := sha256.New()
		for _, day := range days {
			fmt.Fprintln(sum, day.ID, day.Seals[len(day.Seals)-1].Digest)
			for c, t := range day.Outcome.Totals { // any order: sums by currency
				month.Totals[c] = month.Totals[c].Plus(t)
			}
		}
		seal.Digest, month.Days = hex.EncodeToString(sum.Sum(nil)), len(days)
		month.Seals = append(month.Seals, seal)
		err = d.Store.Commit(ctx, store.Put{Record: reconciliation.EncodeMonth(month)})
		if store.IsConflict(err) {
			continue
		}
		if err == nil {
			d.Log.InfoContext(ctx, "month closed", "tenant", tenant, "date", month.Month, "by", by)
		}
		return month, err
	}
	return reconciliation.Month{}, store.ErrBusy
}

// ReopenMonth unlocks a month, with a reason; its days stay closed. Error: ErrState when it is open.
func (d *Decider) ReopenMonth(ctx context.Context, tenant string, first calendar.Date, by, reason string) (reconciliation.Month, error) {
	month, err := d.Month(ctx, tenant, first)
	if err != nil {
		return month, err
	}
	if !month.Closed() {
		return month, fmt.Errorf("%w: the month is open", ErrState)
	}
	n := len(month.Seals)
	month.Seals[n-1].ReopenedAt, month.Seals[n-1].ReopenedBy, month.Seals[n-1].Reason = calendar.Millis(d.Now()), by, reason
	err = d.Store.Commit(ctx, store.Put{Record: reconciliation.EncodeMonth(month)})
	if store.IsConflict(err) {
		return month, fmt.Errorf("%w: somebody else was first", ErrState)
	}
	return month, err
}

// Expecting is an account whose settlement files are expected every business day.
type Expecting struct{ Account, Network string }

// days are a month's reconciliations, in the order of day and account. Each account's day is read by its id: the index lags, and only
// adds accounts that the merchant no longer has.
func (d *Decider) days(ctx context.Context, tenant string, first calendar.Date, accounts []Expecting) ([]reconciliation.Reconciliation, error) {
	var names []string
	for _, a := range accounts {
		names = append(names, a.Account)
	}
	q := store.Query{Index: store.List, PK: reconciliation.ListPartition(tenant, first.Start(time.UTC))}
	for {
		page, err := d.Store.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			day, err := reconciliation.Decode(r)
			if err != nil {
				return nil, err
			}
			names = append(names, day.Account)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var days []reconciliation.Reconciliation
	for at := first; at.Before(monthAfter(first)); at = at.AddDays(1) {
		for _, account := range names {
			day, err := d.day(ctx, tenant, reconciliation.ID(tenant, account, at))
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			days = append(days, day)
		}
	}
	slices.SortFunc(days, func(a, b reconciliation.Reconciliation) int {
		return strings.Compare(a.Date.String()+a.ID, b.Date.String()+b.ID)
	})
	return days, nil
}

// DaysOf lists a month's days in order: of the accounts, and of whatever other ones have a day in it.
func (d *Decider) DaysOf(ctx context.Context, tenant string, first calendar.Date, accounts []Expecting) ([]reconciliation.Reconciliation, error) {
	return d.days(ctx, tenant, first, accounts)
}

// monthAfter is the first day of the month after one that begins on first.
func monthAfter(first calendar.Date) calendar.Date {
	return calendar.On(first.Start(time.UTC).AddDate(0, 1, 0), time.UTC)
}
