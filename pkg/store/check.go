package store

import (
	"fmt"
	"unicode/utf8"
)

// MaxBody is how many bytes a Body may have. An item of DynamoDB ends at 400 KB with its keys, tags and names; larger
// payloads are files.
const MaxBody = 350 << 10

// MaxCommit is how many bytes the bodies of one Commit may have together. A transaction of DynamoDB ends at 4 MB; this
// keeps below it however a body is encoded on its way.
const MaxCommit = 2560 << 10

// Limits of DynamoDB for the two parts of a key, in bytes.
const (
	maxPK = 2048
	maxSK = 1024
)

// Indexes lists every index, in the order in which implementations keep them.
func Indexes() []Index { return []Index{Work, List} }

// Known says whether the index exists.
func (i Index) Known() bool {
	for _, known := range Indexes() {
		if i == known {
			return true
		}
	}
	return false
}

// CheckKey is what every implementation asks of a key: both parts there, in UTF-8, within DynamoDB's limits.
// Error: ErrInvalid.
func CheckKey(k Key) error {
	if k.PK == "" || k.SK == "" || len(k.PK) > maxPK || len(k.SK) > maxSK {
		return fmt.Errorf("%w: key %q", ErrInvalid, k)
	}
	if !utf8.ValidString(k.PK) || !utf8.ValidString(k.SK) {
		return fmt.Errorf("%w: key %q is not UTF-8", ErrInvalid, k)
	}
	return nil
}

// CheckQuery is what every implementation asks of a query before it runs it. Error: ErrInvalid.
func CheckQuery(q Query) error {
	if q.PK == "" || q.Limit < 0 {
		return fmt.Errorf("%w: query of partition %q, limit %d", ErrInvalid, q.PK, q.Limit)
	}
	if q.Index != "" && !q.Index.Known() {
		return fmt.Errorf("%w: no index %q", ErrInvalid, q.Index)
	}
	return nil
}

func checkRecord(r Record) error {
	if r.Free < 0 || r.Version < 0 {
		return fmt.Errorf("%w: %s has a negative balance or version", ErrInvalid, r.Key)
	}
	if len(r.Body) > MaxBody {
		return fmt.Errorf("%w: %s has %d bytes", ErrInvalid, r.Key, len(r.Body))
	}
	for _, index := range Indexes() {
		at := r.Index.In(index)
		if at == (Key{}) {
			continue
		}
		if err := CheckKey(at); err != nil {
			return fmt.Errorf("%s listed in %s: %w", r.Key, index, err)
		}
	}
	for _, tag := range r.Tags {
		if tag == "" {
			return fmt.Errorf("%w: %s has an empty tag", ErrInvalid, r.Key)
		}
	}
	return nil
}
