package ingest

import (
	"context"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// Recompare lets enter change what days from one on are compared by, a contract or rates, and asks for those days of an account, or
// of every account if it is empty, to be compared again; days that are closed stay as they are. They are due before anything is
// entered: whatever happens between, no day is left as it came out by what counts no more. A run that is under way finds that it
// was overtaken; a day that a run has taken up between asking and entering is asked for once more. Days are listed by the index: one whose first file came within the last seconds is not asked for, its first run is still to come.
func (in *Ingester) Recompare(ctx context.Context, tenant, account string, from calendar.Date, enter func() error) error {
	today := calendar.On(in.Now(), time.UTC)
	if from.Before(today.AddDays(-oldest)) {
		from = today.AddDays(-oldest)
	}
	var asked []asking
	first := from.AddDays(1 - from.Day).Start(time.UTC)
	for month := first; !today.AddDays(1).Start(time.UTC).Before(month); month = month.AddDate(0, 1, 0) {
		q := store.Query{Index: store.List, PK: reconciliation.ListPartition(tenant, month), From: from.String()}
		for {
			page, err := in.Store.Query(ctx, q)
			if err != nil {
				return err
			}
			for _, record := range page.Records {
				day, err := reconciliation.Decode(record)
				if err != nil {
					return err
				}
				if account != "" && day.Account != account {
					continue
				}
				a, err := in.again(ctx, asking{key: record.Key})
				if err != nil {
					return err
				}
				if a.version != 0 {
					asked = append(asked, a)
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	if err := enter(); err != nil {
		return err
	}
	for _, a := range asked {
		if _, err := in.again(ctx, a); err != nil {
			return err
		}
		if err := in.Sender.Send(ctx, job.Job{Kind: job.Reconcile, Key: a.key}, 0); err != nil {
			in.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", a.key.String(), "error", err)
		}
	}
	return nil
}

// asking is a day that was asked for, and the version that its record had then; 0 = it was not.
type asking struct {
	key     store.Key
	version int64
}

// again makes a day due, unless it is closed, or nothing has come for it, or it is as the asking left it.
func (in *Ingester) again(ctx context.Context, a asking) (asking, error) {
	for range tries {
		record, err := in.Store.Get(ctx, a.key)
		if err != nil {
			return a, err
		}
		day, err := reconciliation.Decode(record)
		if err != nil || day.Closed() || len(day.Files) == 0 || day.Version == a.version {
			return a, err
		}
		day.Asked++
		day.Status, day.Due = reconciliation.Running, calendar.Millis(in.Now().Add(time.Minute))
		err = in.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(day)})
		if !store.IsConflict(err) {
			return asking{a.key, day.Version + 1}, err
		}
	}
	return a, store.ErrBusy
}
