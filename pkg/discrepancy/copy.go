package discrepancy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vuelto/vuelto/pkg/settlement"
	"github.com/vuelto/vuelto/pkg/store"
)

// A decision about an entry that no file shows counts on several days. A day that is closed keeps a copy of it as it stood: what
// people do about it on a later day changes nothing in the closed one.

// FenceKey is a record that every change of an account's shared decisions writes, and every closing that counted some: so that
// of the two one is first and the other looks again.
func FenceKey(tenant, account string) store.Key {
	return store.Key{PK: MissingPartition(tenant, account) + "#fence", SK: "fence"}
}

// CopyPartition holds the copies of one closing. Its digest is over what they say, so nobody writes anything else there.
func CopyPartition(tenant, reconciliation, digest string) string {
	return tenant + "#" + reconciliation + "#closed#" + digest
}

// copied is a stored copy. JSON names are stored: append only.
type copied struct {
	Version  int64    `json:"v"` // that the decision had
	Decision Decision `json:"d"`
}

// Shared says whether a break's decision counts on other days as well.
func Shared(d Discrepancy) bool { return d.Class == settlement.MissingAtNetwork }

// Copy writes the shared decisions that a closing counted, by entry; what is there already is left. A conflict means that another
// writes the same.
func Copy(ctx context.Context, s store.Store, tenant, reconciliation, digest string, decisions []Decision) error {
	partition := CopyPartition(tenant, reconciliation, digest)
	there, err := copies(ctx, s, partition)
	if err != nil {
		return err
	}
	var writes []store.Write
	for _, d := range decisions {
		if _, known := there[d.Entry]; known {
			continue
		}
		there[d.Entry] = copied{}
		body, err := json.Marshal(copied{d.Version, d})
		if err != nil {
			panic(err) // strings and integers always encode
		}
		writes = append(writes, store.Put{Record: store.Record{Key: store.Key{PK: partition, SK: d.Entry}, Body: body}})
	}
	for at := 0; at < len(writes); at += copiesAtOnce {
		if err := s.Commit(ctx, writes[at:min(at+copiesAtOnce, len(writes))]...); err != nil {
			return err
		}
	}
	return nil
}

// copiesAtOnce keeps a commit below the store's limits of writes and bytes.
const copiesAtOnce = 25

func copies(ctx context.Context, s store.Store, partition string) (map[string]copied, error) {
	found, q := map[string]copied{}, store.Query{PK: partition, Limit: 1000}
	for {
		page, err := s.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			var c copied
			if err := store.Unmarshal(r.Body, &c); err != nil {
				return nil, fmt.Errorf("discrepancy: record %s: %w", r.Key, err)
			}
			found[r.Key.SK] = c
		}
		if q.After = page.Next; q.After == "" {
			return found, nil
		}
	}
}

// ReadClosed reads what people had decided about the breaks of a day when it was closed under a digest. A day that an earlier
// release has closed has no copies: there the shared decisions are read as they are.
func ReadClosed(ctx context.Context, s store.Store, tenant, account, reconciliation, digest string) (Decisions, error) {
	found, err := Read(ctx, s, tenant, account, reconciliation)
	if err != nil {
		return nil, err
	}
	kept, err := copies(ctx, s, CopyPartition(tenant, reconciliation, digest))
	if err != nil {
		return nil, err
	}
	for entry, c := range kept { // any order: each entry has a key of its own
		c.Decision.Tenant, c.Decision.Version = tenant, c.Version
		found[store.Key{PK: MissingPartition(tenant, account), SK: entry}] = c.Decision
	}
	return found, nil
}
