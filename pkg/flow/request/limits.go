package request

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// quotas is into how many counters a daily sum is split, so that no single item takes every write of a store.
const quotas = 8

// quota is the SK of a day's counter.
const quota = "quota"

// share is what one disbursement takes of a day's sums.
type share struct {
	r      *Requester
	tenant string
	shop   string
	day    calendar.Date
	minor  int64
	caps   []merchant.Cap
	takes  map[string][]store.Write // by scope
}

// share prepares the writes that take an amount from every sum it counts against: one counter of each at random; spread
// decides when that one is short.
func (r *Requester) share(tenant, shop string, day calendar.Date, minor int64, caps []merchant.Cap) *share {
	s := &share{r: r, tenant: tenant, shop: shop, day: day, minor: minor, caps: caps, takes: map[string][]store.Write{}}
	for _, c := range caps {
		s.takes[c.Scope] = []store.Write{store.Take{Key: s.key(c, int(r.Float()*quotas)), Amount: minor}}
	}
	return s
}

func (s *share) key(c merchant.Cap, shard int) store.Key {
	filed := s.shop
	if c.Scope != "" {
		filed = "rule|" + c.Scope
	}
	return store.Key{PK: s.tenant + "#daily#" + strings.ReplaceAll(filed, "#", "_") + "#" + s.day.String() + "#" + strconv.Itoa(shard), SK: quota}
}

func (s *share) writes() (all []store.Write) {
	for _, c := range s.caps {
		all = append(all, s.takes[c.Scope]...)
	}
	return all
}

// commit writes what is fixed together with the shares, which it opens or spreads as they are found missing or short.
// Error: ErrLimit, or what the fixed writes lose by.
func (s *share) commit(ctx context.Context, commit func(shares []store.Write) error) error {
	for try := 0; ; try++ {
		err := commit(s.writes())
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) || try == quotas*(1+len(s.caps)) {
			return err
		}
		for _, l := range conflict.Losers {
			if l.Key.SK != quota {
				return err // the request itself was refused: the limit is beside the point
			}
		}
		if err := s.mend(ctx, conflict.Losers[0]); err != nil {
			return err
		}
	}
}

// mend opens or spreads the sum that a counter belongs to.
func (s *share) mend(ctx context.Context, lost store.Loser) error {
	for _, c := range s.caps {
		for _, w := range s.takes[c.Scope] {
			if store.KeyOf(w) != lost.Key {
				continue
			}
			if lost.Reason == store.Absent {
				return s.open(ctx, c)
			}
			var err error
			s.takes[c.Scope], err = s.spread(ctx, c)
			return err
		}
	}
	return fmt.Errorf("request: %s belongs to no sum", lost.Key)
}

// open makes a day's counters; whoever comes first wins, the rest find them there.
func (s *share) open(ctx context.Context, c merchant.Cap) error {
	var writes []store.Write
	part, rest := c.Limit/quotas, c.Limit%quotas
	for shard := range quotas {
		free := part
		if shard == 0 {
			free += rest
		}
		writes = append(writes, store.Put{Record: store.Record{Key: s.key(c, shard), Free: free}})
	}
	err := s.r.Store.Commit(ctx, writes...)
	if store.IsConflict(err) {
		return nil
	}
	return err
}

// spread takes an amount from as many counters as it needs. The reads only propose; each Take holds its own condition.
// Error: ErrLimit.
func (s *share) spread(ctx context.Context, c merchant.Cap) ([]store.Write, error) {
	var writes []store.Write
	left := s.minor
	for shard := 0; shard < quotas && left > 0; shard++ {
		key := s.key(c, shard)
		record, err := s.r.Store.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if part := min(left, record.Free); part > 0 {
			writes = append(writes, store.Take{Key: key, Amount: part})
			left -= part
		}
	}
	if left > 0 {
		return nil, fmt.Errorf("%w: %s is used up", ErrLimit, c.What)
	}
	return writes, nil
}

// left is how much of a day's sum is free, for a dry run.
func (s *share) left(ctx context.Context, c merchant.Cap) (free int64, err error) {
	opened := false
	for shard := range quotas {
		record, err := s.r.Store.Get(ctx, s.key(c, shard))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return 0, err
		}
		opened, free = true, free+record.Free
	}
	if !opened {
		return c.Limit, nil
	}
	return free, nil
}
