// Package reconcile compares a settlement day with the books, keeps every difference, and folds what the rows prove.
package reconcile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/flow/observe"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Reconciler does job.Reconcile.
type Reconciler struct {
	Store    store.Store
	Observer observe.Observer
	Clients  Clients
	Files    file.Store
	Now      func() time.Time
	Log      *slog.Logger
	// Large is how many bytes of files are too many for one function: such a day goes to the state machine. 0 = none is.
	Large int64
	Page  int // breaks to a file of the day's; 0 = discrepancy.PerPage
}

// Handle runs the day if it is asked for. Running it again gives the same result: rows name their entries whether or not an
// earlier run has folded them.
func (r *Reconciler) Handle(ctx context.Context, j job.Job) error {
	record, err := r.Store.Get(ctx, j.Key)
	if err != nil {
		return err
	}
	rec, err := reconciliation.Decode(record)
	if err != nil || rec.Due == 0 || rec.Closed() {
		return err
	}
	large, leased := r.large(rec), leaseFor
	if large {
		leased = machineFor
	}
	if rec, err = r.lease(ctx, rec, leased); err != nil {
		if store.IsConflict(err) {
			return nil // another run is at it
		}
		return err
	}
	if large {
		return r.order(ctx, rec)
	}
	client, err := r.Clients.Client(ctx, rec.Account)
	if err != nil {
		return err
	}
	rows, problem, err := r.rows(ctx, client, rec)
	if err != nil {
		return err
	}
	rules, err := r.rulesOf(ctx, client)
	if err != nil {
		return err
	}
	books, err := r.books(ctx, client.Account(), rules, rec.Date, rows, false)
	if err != nil {
		return err
	}
	result := settlement.Compare(rec.Date, rules, books.entries, rows)
	if err := r.fold(ctx, rec, books, result, rows); err != nil {
		if errors.Is(err, errHandOn) {
			return r.handOn(ctx, rec)
		}
		return err
	}
	if err := r.decided(ctx, rec, books, result); err != nil {
		return err
	}
	return r.finish(ctx, rec, result, problem)
}

// leaseFor is longer than the function's time-out: when it has passed, a run that has not finished never will.
const leaseFor = 16 * time.Minute

// lease claims the run and keeps the sweep away from it.
func (r *Reconciler) lease(ctx context.Context, rec reconciliation.Reconciliation, leased time.Duration) (reconciliation.Reconciliation, error) {
	rec.Due = calendar.Millis(r.Now().Add(leased))
	err := r.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(rec)})
	rec.Version++
	return rec, err
}

// margin is how long before its end a run stops and hands on: what it has folded stays folded, and the next run goes on after it.
const margin = time.Minute

// errHandOn says that the function is about to be stopped.
var errHandOn = errors.New("reconcile: no time left")

// inTime says whether the function goes on long enough. Error: errHandOn.
func (r *Reconciler) inTime(ctx context.Context) error {
	if end, bounded := ctx.Deadline(); bounded && r.Now().Add(margin).After(end) {
		return errHandOn
	}
	return nil
}

// handOn makes the day due at once: the sweep asks for the next run.
func (r *Reconciler) handOn(ctx context.Context, rec reconciliation.Reconciliation) error {
	rec.Due = calendar.Millis(r.Now())
	err := r.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(rec)})
	if store.IsConflict(err) {
		return nil // somebody has asked for another run meanwhile
	}
	return err
}

func (r *Reconciler) rulesOf(ctx context.Context, client *provider.Client) (settlement.Rules, error) {
	country, err := settlement.CalendarBook{Store: r.Store}.Of(ctx, client.Account().Tenant, client.Account().Network)
	smallest := map[money.Currency]int64{}
	for _, c := range client.Profile().Currencies {
		exponent, err := c.Currency.Exponent()
		if err != nil {
			continue
		}
		unit := int64(1)
		for ; exponent > c.Decimals; exponent-- {
			unit *= 10
		}
		smallest[c.Currency] = unit
	}
	return settlement.Rules{Country: country, SettlesIn: client.Profile().SettlesIn, Smallest: smallest}, err
}

// rows reads the day's files, corrected ones in the place of what they correct. A file that cannot be read as a whole makes one unreadable row and a sentence for
// people; what was readable before it broke off still counts.
func (r *Reconciler) rows(ctx context.Context, client *provider.Client, rec reconciliation.Reconciliation) ([]settlement.Row, string, error) {
	country, err := calendar.ByNetwork(client.Account().Network)
	if err != nil {
		return nil, "", err
	}
	var rows []settlement.Row
	problem := ""
	for _, f := range rec.Current() {
		body, err := r.Files.Get(ctx, f.Path)
		if err != nil {
			return nil, "", err
		}
		last := 0
		for row, err := range client.ReadSettlement(bytes.NewReader(body)) {
			if err != nil {
				problem = fmt.Sprintf("%s cannot be read to its end: %v", f.Name, err)
				row = settlement.Row{Line: last + 1, Unreadable: err.Error()}
			}
			row.File, last = f.Name, row.Line
			rows = append(rows, row.Near(rec.Date, country.Zone()))
		}
	}
	return rows, problem, nil
}

// finish keeps the breaks and the reports under names made of their content, then notes them in the day's record.
func (r *Reconciler) finish(ctx context.Context, rec reconciliation.Reconciliation, result settlement.Result, problem string) error {
	list := discrepancy.Name(rec.ID, result.Breaks)
	var err error
	where := fmt.Sprintf("reconciliation/%s/%s/", rec.Tenant, rec.ID)
	if rec.Sheet, err = discrepancy.Write(ctx, r.Files, where, r.Page, list); err != nil {
		return err
	}
	if rec.Outcome, err = r.outcome(ctx, rec, result); err != nil {
		return err
	}
	if err := r.reports(ctx, &rec, result, list); err != nil {
		return err
	}
	rec.Status, rec.Problem, rec.Due = reconciliation.Balanced, problem, 0
	rec.Run++
	rec.Ended = calendar.Millis(r.Now())
	rec.Result, rec.Breaks = "", map[string]int{}
	for _, b := range result.Breaks {
		rec.Breaks[string(b.Class)]++
		rec.Status = reconciliation.Broken
	}
	err = r.note(ctx, rec, list)
	if err == nil {
		r.count(ctx, rec, result)
	}
	if err == nil && rec.Status == reconciliation.Broken {
		r.Log.WarnContext(ctx, "day has breaks", "reconciliation", rec.ID, "account", rec.Account, "date", rec.Date.String(), "breaks", rec.Breaks)
	}
	return err
}

// outcome is what a run counted.
func (r *Reconciler) outcome(ctx context.Context, rec reconciliation.Reconciliation, result settlement.Result) (reconciliation.Outcome, error) {
	o := reconciliation.Outcome{Rows: result.Rows, Entries: result.Entries, Matched: result.Matched,
		Pending: result.Pending, Unreadable: result.Unreadable, Totals: map[string]reconciliation.Total{}}
	for c, minor := range settlement.Exchanged(result.Breaks) { // any order: each currency has a place of its own
		if o.FX == nil {
			o.FX = map[string]int64{}
		}
		o.FX[string(c)] = minor
	}
	for c, t := range result.Totals {
		o.Totals[string(c)] = reconciliation.Total(t)
	}
	var err error
	o.Shown, err = r.shown(ctx, rec, result.Totals)
	return o, err
}

// note writes what a run found. A person may have decided something meanwhile, which changes only how many breaks are open; a
// further file, other fees or rates ask for a run of its own. Where another run of the same state has ended meanwhile this one gives up: what has been
// asked for since is for a newer run, and marking the day as done would keep that from coming.
func (r *Reconciler) note(ctx context.Context, rec reconciliation.Reconciliation, list []discrepancy.Discrepancy) error {
	for range tries {
		decisions, err := discrepancy.Read(ctx, r.Store, rec.Tenant, rec.Account, rec.ID)
		if err != nil {
			return err
		}
		rec.Open = r.open(rec, list, decisions)
		err = r.Store.Commit(ctx, r.writes(rec, list)...)
		if !store.IsConflict(err) {
			return err
		}
		record, err := r.Store.Get(ctx, reconciliation.Key(rec.Tenant, rec.ID))
		if err != nil {
			return err
		}
		now, err := reconciliation.Decode(record)
		if err != nil || now.Run != rec.Run-1 || len(now.Files) != len(rec.Files) || now.Asked != rec.Asked || now.Due == 0 || now.Closed() {
			return err
		}
		rec.Version, rec.Seals, rec.Late = now.Version, now.Seals, now.Late
	}
	return fmt.Errorf("%w: %s changes faster than it can be read", store.ErrBusy, rec.ID)
}

// tries bounds how often a run is noted anew because people decide at the same time.
const tries = 20
