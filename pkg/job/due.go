package job

import (
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// DueShards is over how many partitions of the work index due things are spread.
const DueShards = 8

// dueLayout sorts as text and keeps milliseconds.
const dueLayout = "2006-01-02T15:04:05.000Z"

// DueKey lists a record in the work index: at that instant the sweep sends this kind of job for it. It is the one
// mechanism for lost sends, crashes and "ask later".
func DueKey(due time.Time, kind Kind, key store.Key) store.Key {
	return store.Key{
		PK: DuePartition(int(store.Spread(key.PK) % DueShards)),
		SK: stamp(due, "|", string(kind), "|", key.PK),
	}
}

// stamp is an instant in dueLayout, with what follows it. Package time writes RFC 3339 without reading a layout; what it lacks is
// put in.
func stamp(t time.Time, parts ...string) string {
	b := t.UTC().AppendFormat(make([]byte, 0, 128), time.RFC3339)
	b = t.AppendFormat(b[:len(b)-1], ".000Z")
	for _, p := range parts {
		b = append(b, p...)
	}
	return string(b)
}

// DuePartition is the partition of one shard of the work index.
func DuePartition(shard int) string {
	const all = "due#0due#1due#2due#3due#4due#5due#6due#7" // DueShards of them
	return all[5*shard:][:5]
}

// DueUntil is the upper bound of a query for what is due at an instant.
func DueUntil(now time.Time) string { return stamp(now, "|~") }

// FromDue reads the job back from an entry of the work index.
func FromDue(key store.Key, entry store.Key) (Job, time.Time, error) {
	at, rest, ok := strings.Cut(entry.SK, "|")
	kind, _, ok2 := strings.Cut(rest, "|")
	due, err := time.Parse(dueLayout, at)
	if !ok || !ok2 || err != nil {
		return Job{}, time.Time{}, fmt.Errorf("%w: due entry %q", ErrUnreadable, entry.SK)
	}
	return Job{Kind: Kind(kind), Key: key}, due, nil
}

// AwaitKey lists a record in the work index while it waits to be seen in its account's settlement file.
func AwaitKey(tenant, account string, since time.Time, key store.Key) store.Key {
	return store.Key{PK: AwaitPartition(tenant, account), SK: stamp(since, "|", key.PK)}
}

// AwaitPartition is the partition of the work index with what an account has still to see settled, oldest first.
func AwaitPartition(tenant, account string) string { return tenant + "#await#" + account }

// AwaitSince reads from an entry's sort key since when it waits. Error: ErrUnreadable.
func AwaitSince(sk string) (time.Time, error) {
	at, _, _ := strings.Cut(sk, "|")
	since, err := time.Parse(dueLayout, at)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: await entry %q", ErrUnreadable, sk)
	}
	return since, nil
}

// AwaitUntil is the upper bound of a query for what has waited since before an instant.
func AwaitUntil(t time.Time) string { return stamp(t) }

// HeldKey lists a record in the work index while a person must look at it, under the instant since when.
func HeldKey(tenant string, since time.Time, key store.Key) store.Key {
	return store.Key{PK: HeldPartition(tenant), SK: stamp(since, "|", key.PK)}
}

// HeldPartition is the partition of the work index with what waits for a merchant's people.
func HeldPartition(tenant string) string { return tenant + "#held" }

// SettledKey lists a record under the settlement day that showed it, so that a day can be run again without asking for
// each of its rows.
func SettledKey(tenant, account, day string, key store.Key) store.Key {
	return store.Key{PK: SettledPartition(tenant, account, day), SK: key.PK}
}

// SettledPartition is the partition of the work index with what an account's settlement day has shown.
func SettledPartition(tenant, account, day string) string {
	return tenant + "#settled#" + account + "#" + day
}
