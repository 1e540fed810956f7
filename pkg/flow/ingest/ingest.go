// Package ingest pulls settlement files: it archives each as it came and asks for the day to be reconciled. A file that
// came before changes nothing.
package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// Clients finds the provider client of an account.
type Clients interface {
	Client(ctx context.Context, account string) (*provider.Client, error)
}

// Accounts lists the accounts of a network.
type Accounts interface {
	OfNetwork(ctx context.Context, network string) ([]provider.Account, error)
}

// Ingester does job.Ingest.
type Ingester struct {
	Store    store.Store
	Accounts Accounts
	Clients  Clients
	Files    file.Store
	Inbox    file.Inbox // for job.Drop
	Sender   job.Sender
	Now      func() time.Time
	Log      *slog.Logger
}

// lookBack is how many days before today are asked for as long as they have no file: a pull that failed is made up for.
const lookBack = 7

// pastEvery is how many hours lie between two questions for the days before today: with many accounts asking for each of
// them every hour is most of what a day's pulls would cost, and nearly always in vain.
const pastEvery = 6

// Handle pulls what has been published for every account of a network, or takes a file that was dropped. One account's trouble is not another's.
func (in *Ingester) Handle(ctx context.Context, j job.Job) error {
	if j.Kind == job.Drop {
		return in.drop(ctx, j)
	}
	accounts, err := in.Accounts.OfNetwork(ctx, j.Key.PK)
	if err != nil {
		return err
	}
	var first error
	for _, a := range accounts {
		if err := in.account(ctx, a); err != nil {
			in.Log.ErrorContext(ctx, "settlement not pulled", "account", a.ID, "error", err)
			if first == nil {
				first = err
			}
		}
	}
	if err := in.ageing(ctx, j.Key.PK, accounts); err != nil && first == nil {
		first = err
	}
	return first
}

func (in *Ingester) account(ctx context.Context, a provider.Account) error {
	client, err := in.Clients.Client(ctx, a.ID)
	if err != nil {
		return err
	}
	if !client.Can(provider.CanFetchSettled) {
		return nil
	}
	country, err := settlement.CalendarBook{Store: in.Store}.Of(ctx, a.Tenant, a.Network)
	if err != nil {
		return err
	}
	today, hour := calendar.On(in.Now(), country.Zone()), in.Now().In(country.Zone()).Hour()
	for back := lookBack; back >= 0; back-- {
		day := today.AddDays(-back)
		if !country.IsBusinessDay(day) || (back > 0 && hour%pastEvery != 0) {
			continue
		}
		if err := in.day(ctx, client, day, back == 0); err != nil {
			return err
		}
	}
	return in.watch(ctx, a, country, today, hour)
}

// day pulls one day's file. Today's is asked for again even if there is one, and so is an earlier one whose day is
// broken: a corrected file may have taken its place, and the last download may have been cut short.
func (in *Ingester) day(ctx context.Context, client *provider.Client, day calendar.Date, always bool) error {
	a := client.Account()
	seen, record, err := in.look(ctx, a, day)
	if err != nil || (len(seen.Files) > 0 && !always && seen.Status != reconciliation.Broken) {
		return err
	}
	f, err := client.FetchSettlement(ctx, day)
	if errors.Is(err, provider.ErrNotPublished) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := in.known(a, day, record)
	if err == nil {
		_, err = in.Keep(ctx, a, r, f, false)
	}
	return err
}

// look reads the record of an account's day and takes a glance; both are empty if there is none.
func (in *Ingester) look(ctx context.Context, a provider.Account, day calendar.Date) (reconciliation.Glance, store.Record, error) {
	record, err := in.Store.Get(ctx, reconciliation.Key(a.Tenant, reconciliation.ID(a.Tenant, a.ID, day)))
	if errors.Is(err, store.ErrNotFound) {
		return reconciliation.Glance{}, store.Record{}, nil
	}
	if err != nil {
		return reconciliation.Glance{}, record, err
	}
	seen, err := reconciliation.Look(record)
	return seen, record, err
}

// known is the day of a record; a new one if the record is empty.
func (in *Ingester) known(a provider.Account, day calendar.Date, record store.Record) (reconciliation.Reconciliation, error) {
	if record.Version == 0 {
		return reconciliation.Reconciliation{Tenant: a.Tenant, ID: reconciliation.ID(a.Tenant, a.ID, day), Provider: a.Provider, Network: a.Network,
			Account: a.ID, Date: day, Created: calendar.Millis(in.Now())}, nil
	}
	return reconciliation.Decode(record)
}

func (in *Ingester) find(ctx context.Context, a provider.Account, day calendar.Date) (reconciliation.Reconciliation, error) {
	record, err := in.Store.Get(ctx, reconciliation.Key(a.Tenant, reconciliation.ID(a.Tenant, a.ID, day)))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return reconciliation.Reconciliation{}, err
	}
	return in.known(a, day, record)
}

// Kept says what became of a file.
type Kept string

const (
	New   Kept = "new"   // it counts, and its day is compared
	Known Kept = "known" // it came before: nothing changed
	Late  Kept = "late"  // its day is closed: kept beside it
)

// tries bounds how often a file is noted anew because its day was changed meanwhile.
const tries = 20

// Keep archives a file and asks for its day to be reconciled. The archive comes first: a record never names a file that is
// not there. A day that is closed is not changed: the file is kept beside it, and counts once somebody reopens the day.
// What a person brought in the place of a pulled file stays: the provider goes on publishing the old one.
func (in *Ingester) Keep(ctx context.Context, a provider.Account, r reconciliation.Reconciliation, f provider.File, brought bool) (Kept, error) {
	sum := sha256.Sum256(f.Body)
	came := reconciliation.File{Name: path.Base("/" + f.Name), Digest: hex.EncodeToString(sum[:]), Size: int64(len(f.Body)), Brought: brought}
	return in.keep(ctx, a, r, came, func(to string) error { return in.Files.Put(ctx, to, f.Body) })
}

// keep is Keep of a file that is archived by put.
func (in *Ingester) keep(ctx context.Context, a provider.Account, r reconciliation.Reconciliation, came reconciliation.File, put func(to string) error) (Kept, error) {
	name, digest := came.Name, came.Digest
	came.Path = fmt.Sprintf("settlement/%s/%s/%s/%s-%s", a.Tenant, a.ID, r.Date, digest[:16], name)
	for try := range tries {
		if r.Has(name, digest) || (!came.Brought && r.Corrected(name, digest)) || r.Took(came.Dropped, digest) {
			return Known, nil
		}
		if try == 0 {
			if err := put(came.Path); err != nil {
				return "", err
			}
		}
		kept, err := in.note(ctx, r, came)
		if !store.IsConflict(err) {
			return kept, err
		}
		if r, err = in.find(ctx, a, r.Date); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("%w: the day of %s changes faster than it can be read", store.ErrBusy, name)
}

// note adds a file to its day. The month is read first and written along: a month that is being closed at the same time and this
// file see each other.
func (in *Ingester) note(ctx context.Context, r reconciliation.Reconciliation, came reconciliation.File) (Kept, error) {
	month, err := reconciliation.ReadMonth(ctx, in.Store, r.Tenant, r.Date)
	if err != nil {
		return "", err
	}
	if month.Closed() || r.Closed() || r.Status == reconciliation.Held {
		return Late, in.late(ctx, r, came, month)
	}
	r.Files = append(slices.Clone(r.Files), came)
	r.Status, r.Due = reconciliation.Running, calendar.Millis(in.Now().Add(time.Minute))
	if err := in.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(r)}, month.Fence()); err != nil {
		return "", err
	}
	key := reconciliation.Key(r.Tenant, r.ID)
	if err := in.Sender.Send(ctx, job.Job{Kind: job.Reconcile, Key: key}, 0); err != nil {
		in.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
	}
	return New, nil
}

// late notes a file that came after the day, or its month, was closed.
func (in *Ingester) late(ctx context.Context, r reconciliation.Reconciliation, f reconciliation.File, month reconciliation.Month) error {
	r.Late = append(slices.Clone(r.Late), f)
	if !r.Closed() {
		r.Status = reconciliation.Held
	}
	err := in.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(r)}, month.Fence())
	if err == nil {
		in.Log.WarnContext(ctx, "a file came for a closed day", "reconciliation", r.ID, "account", r.Account, "date", r.Date.String(), "name", f.Name)
	}
	return err
}
