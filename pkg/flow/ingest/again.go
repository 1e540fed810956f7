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
// was overtaken. Days are listed by the index: one whose first file came within the last seconds is not asked for, its first run is still to come.
func (in *Ingester) Recompare(ctx context.Context, tenant, account string, from calendar.Date, enter func() error) error {
	today := calendar.On(in.Now(), time.UTC)
	if from.Before(today.AddDays(-oldest)) {
		from = today.AddDays(-oldest)
	}
	var asked []store.Key
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
				due, err := in.again(ctx, record.Key)
				if err != nil {
					return err
				}
				if due {
					asked = append(asked, record.Key)
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
	for _, key := range asked {
		if err := in.Sender.Send(ctx, job.Job{Kind: job.Reconcile, Key: key}, 0); err != nil {
			in.Log.WarnContext(ctx, "send lost, the sweep will repeat it", "key", key.String(), "error", err)
		}
	}
	return nil
}

// again makes a day due, unless it is closed or nothing has come for it. It says whether it did.
func (in *Ingester) again(ctx context.Context, key store.Key) (bool, error) {
	for range tries {
		record, err := in.Store.Get(ctx, key)
		if err != nil {
			return false, err
		}
		day, err := reconciliation.Decode(record)
		if err != nil || day.Closed() || len(day.Files) == 0 {
			return false, err
		}
		day.Asked++
		day.Status, day.Due = reconciliation.Running, calendar.Millis(in.Now().Add(time.Minute))
		err = in.Store.Commit(ctx, store.Put{Record: reconciliation.Encode(day)})
		if !store.IsConflict(err) {
			return err == nil, err
		}
	}
	return false, store.ErrBusy
}
