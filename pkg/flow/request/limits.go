package request

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/store"
)

// quotas is into how many counters a daily limit is split, so that no single item takes every write of a store.
const quotas = 8

func quotaKey(tenant, shop string, day calendar.Date, shard int) store.Key {
	return store.Key{PK: tenant + "#daily#" + shop + "#" + day.String() + "#" + strconv.Itoa(shard), SK: "quota"}
}

// daily is the write that takes an amount from the day's limit, nil if the store has none. It tries one counter at
// random; spread decides when that one is short.
func (r *Requester) daily(tenant string, shop merchant.Store, day calendar.Date, minor int64) []store.Write {
	if shop.Limits.Daily == 0 {
		return nil
	}
	shard := int(r.Float() * quotas)
	return []store.Write{store.Take{Key: quotaKey(tenant, shop.ID, day, shard), Amount: minor}}
}

// open makes the day's counters; whoever comes first wins, the rest find them there.
func (r *Requester) open(ctx context.Context, tenant string, shop merchant.Store, day calendar.Date) error {
	var writes []store.Write
	share, rest := shop.Limits.Daily/quotas, shop.Limits.Daily%quotas
	for shard := range quotas {
		free := share
		if shard == 0 {
			free += rest
		}
		writes = append(writes, store.Put{Record: store.Record{Key: quotaKey(tenant, shop.ID, day, shard), Free: free}})
	}
	err := r.Store.Commit(ctx, writes...)
	if store.IsConflict(err) {
		return nil
	}
	return err
}

// spread takes an amount from as many counters as it needs. The reads only propose; each Take holds its own condition.
// Error: ErrLimit.
func (r *Requester) spread(ctx context.Context, tenant string, shop merchant.Store, day calendar.Date, minor int64) ([]store.Write, error) {
	var writes []store.Write
	left := minor
	for shard := 0; shard < quotas && left > 0; shard++ {
		key := quotaKey(tenant, shop.ID, day, shard)
		record, err := r.Store.Get(ctx, key)
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
		return nil, fmt.Errorf("%w: the store's daily limit is used up", ErrLimit)
	}
	return writes, nil
}
