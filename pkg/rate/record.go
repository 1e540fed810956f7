package rate

import (
	"encoding/json"
	"fmt"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// Entry is a rate as a merchant's book keeps it, with what stood there before it was corrected.
type Entry struct {
	Rate    Rate
	By      string // who imported it
	At      int64  // when, in milliseconds since 1970
	Was     []Past
	Version int64
}

// Past is a value that was corrected.
type Past struct {
	Value string `json:"v"`
	By    string `json:"by"`
	At    int64  `json:"at"`
}

type body struct {
	Value string `json:"v"`
	By    string `json:"by"`
	At    int64  `json:"at"`
	Was   []Past `json:"was,omitempty"`
}

// Partition holds a merchant's rates of one source and pair, by day.
func Partition(tenant string, s Source, base, quote money.Currency) string {
	return tenant + "#rate#" + string(s) + "#" + string(base) + "/" + string(quote)
}

// Key of the rate of a day.
func Key(tenant string, r Rate) store.Key {
	return store.Key{PK: Partition(tenant, r.Source, r.Base, r.Quote), SK: r.Day.String()}
}

// Encode makes the record to put.
func Encode(tenant string, e Entry) store.Record {
	b, err := json.Marshal(body{e.Rate.Value(), e.By, e.At, e.Was})
	if err != nil {
		panic(err) // strings and integers always encode
	}
	return store.Record{Key: Key(tenant, e.Rate), Version: e.Version, Body: b}
}

// decode reads an entry of a partition.
func decode(r store.Record, s Source, base, quote money.Currency) (Entry, error) {
	var b body
	day, err := calendar.Parse(r.Key.SK)
	if err == nil {
		err = store.Unmarshal(r.Body, &b)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("rate: record %s: %w", r.Key, err)
	}
	rate, err := New(s, day, base, quote, b.Value)
	return Entry{Rate: rate, By: b.By, At: b.At, Was: b.Was, Version: r.Version}, err
}
