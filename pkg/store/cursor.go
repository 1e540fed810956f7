package store

import (
	"encoding/json"
	"fmt"
)

// DefaultLimit is a query's limit when it names none.
const DefaultLimit = 100

// Position is where a page of an index ended: several records may be listed under one SK, so the record's own key
// belongs to it.
type Position struct {
	SK  string // in the index; in the table, of the record
	Key Key
}

// Cursor is what implementations put into Page.Next.
func (q Query) Cursor(at Position) string {
	if q.Index == "" {
		return at.SK
	}
	b, err := json.Marshal([]string{at.SK, at.Key.PK, at.Key.SK})
	if err != nil {
		panic(err) // three strings always encode
	}
	return string(b)
}

// Start reads After. It is false when the query starts at its beginning. Error: ErrInvalid if After is no cursor of
// such a query; a cursor may have been in a stranger's hands.
func (q Query) Start() (Position, bool, error) {
	if q.After == "" {
		return Position{}, false, nil
	}
	if q.Index == "" {
		key := Key{q.PK, q.After}
		return Position{q.After, key}, true, CheckKey(key)
	}
	var parts []string
	if err := json.Unmarshal([]byte(q.After), &parts); err != nil || len(parts) != 3 {
		return Position{}, false, fmt.Errorf("%w: cursor %q", ErrInvalid, q.After)
	}
	at := Position{parts[0], Key{parts[1], parts[2]}}
	if err := CheckKey(at.Key); err != nil {
		return Position{}, false, err
	}
	return at, true, CheckKey(Key{q.PK, at.SK})
}

// Outside says on which side of the query's bounds an SK lies: -1 before From, 1 after To, 0 within. An empty bound is
// open.
func (q Query) Outside(sk string) int {
	switch {
	case q.From != "" && sk < q.From:
		return -1
	case q.To != "" && sk > q.To:
		return 1
	}
	return 0
}
