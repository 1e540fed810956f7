package event

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// SK of the record of a merchant's endpoints.
const endpointsSK = "endpoints"

// Partition holds a merchant's events of one UTC day, in the order of their ids. No index is needed to list them, and a role
// can be confined to such partitions (template.yaml: dynamodb:LeadingKeys).
func Partition(tenant string, day time.Time) string {
	return tenant + "#evt#" + day.UTC().Format("2006-01-02")
}

// Key of an event: its id says the day. False if it is no id of an event.
func Key(tenant, id string) (store.Key, bool) {
	at, ok := identity.At("evt_", id)
	return store.Key{PK: Partition(tenant, at), SK: id}, ok
}

// EndpointsKey is the record of a merchant's endpoints.
func EndpointsKey(tenant string) store.Key {
	return store.Key{PK: tenant + "#endpoints", SK: endpointsSK}
}

// body is the stored form. Names are append only.
type body struct {
	Tenant  string          `json:"n"`
	Type    Type            `json:"t"`
	Subject string          `json:"s"`
	At      int64           `json:"a"`
	Data    json.RawMessage `json:"d"`
	Entry   int             `json:"j,omitempty"`
	Hash    string          `json:"h,omitempty"`
	To      []deliveryBody  `json:"to,omitempty"`
}

type deliveryBody struct {
	Endpoint string        `json:"e"`
	As       Type          `json:"as,omitempty"` // absent if it is the event's own
	Outcome  Outcome       `json:"o,omitempty"`
	NextAt   int64         `json:"x,omitempty"`
	Tries    int           `json:"t,omitempty"`
	Log      []attemptBody `json:"l,omitempty"`
}

type attemptBody struct {
	At     int64  `json:"a"`
	Status int    `json:"s,omitempty"`
	Fault  string `json:"f,omitempty"`
	Took   int64  `json:"d"` // ms
}

// Encode makes the record to put; it is on the work index while a delivery is to be tried.
func Encode(e Event, now time.Time) store.Record {
	b := body{Tenant: e.Tenant, Type: e.Type, Subject: e.Subject, At: calendar.Millis(e.At), Data: e.Data, Entry: e.Journal.Entry,
		Hash: e.Journal.Hash}
	for _, d := range e.To {
		to := deliveryBody{Endpoint: d.Endpoint, Outcome: d.Outcome, NextAt: calendar.Millis(d.NextAt), Tries: d.Tries}
		if d.As != e.Type {
			to.As = d.As
		}
		for _, a := range d.Log {
			to.Log = append(to.Log, attemptBody{calendar.Millis(a.At), a.Status, a.Fault, a.Took.Milliseconds()})
		}
		b.To = append(b.To, to)
	}
	key, ok := Key(e.Tenant, e.ID)
	if !ok {
		panic("event: " + e.ID + " is no id of an event")
	}
	r := store.Record{Key: key, Version: e.Version, Body: encode(b)}
	if due := e.due(now); !due.IsZero() {
		r.Index = store.Places{Work: job.DueKey(due, job.Deliver, key)}
	}
	return r
}

// Decode reads an event.
func Decode(r store.Record) (Event, error) {
	var b body
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return Event{}, fmt.Errorf("event: record %s: %w", r.Key, err)
	}
	e := Event{Tenant: b.Tenant, ID: r.Key.SK, Type: b.Type, Subject: b.Subject, At: calendar.Instant(b.At), Data: b.Data,
		Journal: Journal{b.Entry, b.Hash}, Version: r.Version}
	for _, to := range b.To {
		d := Delivery{Endpoint: to.Endpoint, As: to.As, Outcome: to.Outcome, NextAt: calendar.Instant(to.NextAt), Tries: to.Tries}
		if d.As == "" {
			d.As = e.Type
		}
		for _, a := range to.Log {
			d.Log = append(d.Log, Attempt{calendar.Instant(a.At), a.Status, a.Fault, time.Duration(a.Took) * time.Millisecond})
		}
		e.To = append(e.To, d)
	}
	return e, nil
}

// JournalOf is what an event says of its subject's journal, for whoever needs no more of it: Journal.Entry is 0 if it told of no step.
// Error: a record that cannot be read.
func JournalOf(r store.Record) (subject string, told Journal, err error) {
	var b struct {
		Subject string `json:"s"`
		Entry   int    `json:"j"`
		Hash    string `json:"h"`
	}
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return "", Journal{}, fmt.Errorf("event: record %s: %w", r.Key, err)
	}
	return b.Subject, Journal{b.Entry, b.Hash}, nil
}

// EncodeEndpoints makes the record to put.
func EncodeEndpoints(e Endpoints) store.Record {
	return store.Record{Key: EndpointsKey(e.Tenant), Version: e.Version, Body: encode(e.List)}
}

// DecodeEndpoints reads a merchant's endpoints.
func DecodeEndpoints(tenant string, r store.Record) (Endpoints, error) {
	e := Endpoints{Tenant: tenant, Version: r.Version}
	if err := store.Unmarshal(r.Body, &e.List); err != nil {
		return e, fmt.Errorf("event: record %s: %w", r.Key, err)
	}
	return e, nil
}
