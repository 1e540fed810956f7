package poll

import (
	"context"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Sweeper does job.Sweep: it sends the job of everything that is due. It decides nothing; the index may lag, and every
// handler looks at the record itself.
type Sweeper struct {
	Store  store.Store
	Sender job.Sender
	Now    func() time.Time
	Log    *slog.Logger
}

// sweepLimit bounds one run per shard, so that a backlog is worked off over several runs instead of one that times out.
const sweepLimit = 2000

// Handle sweeps every shard. One shard's error does not keep the others waiting.
func (s *Sweeper) Handle(ctx context.Context, _ job.Job) error {
	var first error
	for shard := range job.DueShards {
		if err := s.shard(ctx, shard); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (s *Sweeper) shard(ctx context.Context, shard int) error {
	sent := 0
	for after := ""; sent < sweepLimit; {
		page, err := s.Store.Query(ctx, store.Query{Index: store.Work, PK: job.DuePartition(shard), To: job.DueUntil(s.Now()),
			After: after, Limit: 100, KeysOnly: true})
		if err != nil {
			return err
		}
		for _, r := range page.Records {
			j, due, err := job.FromDue(r.Key, r.Index.Work)
			if err != nil {
				s.Log.ErrorContext(ctx, "unreadable due entry", "key", r.Key.String(), "error", err)
				continue
			}
			if late := s.Now().Sub(due); late > time.Hour {
				s.Log.WarnContext(ctx, "long overdue", "key", r.Key.String(), "late", late)
			}
			if err := s.Sender.Send(ctx, j, 0); err != nil {
				return err
			}
			sent++
		}
		if after = page.Next; after == "" {
			return nil
		}
	}
	return nil
}
