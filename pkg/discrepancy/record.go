package discrepancy

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vuelto/vuelto/pkg/store"
)

// PointerKey finds the reconciliation of a break, by the part of its id that both share.
func PointerKey(tenant, id string) store.Key {
	return store.Key{PK: tenant + "#breaks#" + Day(id), SK: "pointer"}
}

// EncodePointer is the record that leads from a break to its reconciliation; written once for each day.
func EncodePointer(tenant, reconciliation string) store.Record {
	return store.Record{Key: PointerKey(tenant, reconciliation), Body: []byte(reconciliation)}
}

// Key of what was decided about a break. What is decided about an entry that no file shows counts on every day that misses
// it, so it is kept by the entry.
func Key(tenant, account, reconciliation string, d Discrepancy) store.Key {
	if Shared(d) {
		return store.Key{PK: MissingPartition(tenant, account), SK: d.Break.ID}
	}
	return store.Key{PK: DayPartition(tenant, reconciliation), SK: d.ID}
}

// ClaimKey is the record of which decision settles an entry's money: the receipt of a transaction, or a disbursement.
func ClaimKey(tenant, entry, transaction string) store.Key {
	return store.Key{PK: tenant + "#" + entry + "#decided", SK: "receipt#" + transaction}
}

// DayPartition holds the decisions about a day's breaks.
func DayPartition(tenant, reconciliation string) string {
	return tenant + "#" + reconciliation + "#decisions"
}

// MissingPartition holds the decisions about what an account's files do not show.
func MissingPartition(tenant, account string) string { return tenant + "#missing#" + account }

// LegPartition holds the decisions about differences of further legs: of the bank and of the shop.
func LegPartition(tenant string) string { return tenant + "#legs" }

// LegKey is the record of what was decided about a leg.
func LegKey(tenant, id string) store.Key { return store.Key{PK: LegPartition(tenant), SK: id} }

// Encode makes the record to put.
func Encode(key store.Key, d Decision) store.Record {
	body, err := json.Marshal(d)
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return store.Record{Key: key, Version: d.Version, Body: body}
}

// Decode reads a decision.
func Decode(tenant string, r store.Record) (Decision, error) {
	var d Decision
	if err := store.Unmarshal(r.Body, &d); err != nil {
		return d, fmt.Errorf("discrepancy: record %s: %w", r.Key, err)
	}
	d.Tenant, d.Version = tenant, r.Version
	return d, nil
}

// Decisions are those about the breaks of one day, by key.
type Decisions map[store.Key]Decision

// Read reads what people have decided about the breaks of a day.
func Read(ctx context.Context, s store.Store, tenant, account, reconciliation string) (Decisions, error) {
	found := Decisions{}
	for _, partition := range []string{DayPartition(tenant, reconciliation), MissingPartition(tenant, account)} {
		q := store.Query{PK: partition, Limit: 1000}
		for {
			page, err := s.Query(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, r := range page.Records {
				d, err := Decode(tenant, r)
				if err != nil {
					return nil, err
				}
				found[r.Key] = d
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return found, nil
}
