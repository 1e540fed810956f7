// Package webhook is a provider's message as it came: kept before it is answered, read later, as often as it takes.
package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Delivery is one kept webhook.
type Delivery struct {
	Tenant     string
	Account    string
	Path       string // with query, as called
	Header     http.Header
	Body       []byte // exact bytes
	ReceivedAt time.Time
	Tries      int
	Outcome    Outcome
	Note       string    // why it is not applied
	Due        time.Time // when to try again; zero = finished
	Version    int64
}

// Outcome of a delivery. Stored strings: append only.
type Outcome string

const (
	Kept      Outcome = ""          // stored, not applied yet
	Applied   Outcome = "applied"   // every item has found its record
	Unmatched Outcome = "unmatched" // an item speaks of something we do not know
	Malformed Outcome = "malformed" // cannot be read; a fixed parser may
)

// SK of every delivery record.
const SK = "delivery"

// Key of a delivery: the same bytes to the same account are the same record, so that a repeat is no second one.
func Key(tenant, account string, body []byte) store.Key {
	return KeyByDigest(tenant, account, Digest(body))
}

// Digest is what a delivery is kept by: half of the SHA-256 of its bytes, in hex.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// KeyByDigest is the key of a delivery whose digest is known.
func KeyByDigest(tenant, account, digest string) store.Key {
	return store.Key{PK: tenant + "#we#" + account + "#" + digest, SK: SK}
}

// KeyOf is the delivery's own key.
func (d Delivery) KeyOf() store.Key { return Key(d.Tenant, d.Account, d.Body) }

type body struct {
	Tenant   string      `json:"n"`
	Account  string      `json:"a"`
	Path     string      `json:"p"`
	Header   [][2]string `json:"h,omitempty"`
	Body     []byte      `json:"b"`
	Received int64       `json:"r"`
	Tries    int         `json:"t,omitempty"`
	Outcome  Outcome     `json:"o,omitempty"`
	Note     string      `json:"m,omitempty"`
	Due      int64       `json:"d,omitempty"`
}

// Encode makes the record to put.
func Encode(d Delivery) store.Record {
	b := body{Tenant: d.Tenant, Account: d.Account, Path: d.Path, Body: d.Body, Received: calendar.Millis(d.ReceivedAt),
		Tries: d.Tries, Outcome: d.Outcome, Note: d.Note, Due: calendar.Millis(d.Due)}
	if len(d.Header) > 0 {
		b.Header = make([][2]string, 0, len(d.Header))
	}
	for name, values := range d.Header {
		b.Header = append(b.Header, [2]string{name, strings.Join(values, ",")})
	}
	slices.SortFunc(b.Header, func(x, y [2]string) int { return strings.Compare(x[0], y[0]) })
	encoded, err := json.Marshal(b)
	if err != nil {
		panic(err) // strings, bytes and integers always encode
	}
	r := store.Record{Key: d.KeyOf(), Version: d.Version, Body: encoded}
	if !d.Due.IsZero() {
		r.Index = store.Places{Work: job.DueKey(d.Due, job.Apply, r.Key)}
	}
	return r
}

// Decode reads a delivery.
func Decode(r store.Record) (Delivery, error) {
	var b body
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return Delivery{}, fmt.Errorf("webhook: record %s: %w", r.Key, err)
	}
	d := Delivery{Tenant: b.Tenant, Account: b.Account, Path: b.Path, Header: http.Header{}, Body: b.Body,
		ReceivedAt: calendar.Instant(b.Received), Tries: b.Tries, Outcome: b.Outcome, Note: b.Note,
		Due: calendar.Instant(b.Due), Version: r.Version}
	for _, h := range b.Header {
		d.Header.Set(h[0], h[1])
	}
	return d, nil
}

// Keepable drops the headers that carry nothing for a reader: what is left is what signatures are made of.
func Keepable(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		switch strings.ToLower(name) {
		case "accept", "accept-encoding", "connection", "user-agent", "cookie", "x-forwarded-for", "x-forwarded-port",
			"x-forwarded-proto", "x-amzn-trace-id", "host":
		default:
			kept[name] = values
		}
	}
	return kept
}

// GiveUpAfter is how long an unmatched delivery is tried again: a payment that we never heard of by then is for a person.
const GiveUpAfter = 12 * 24 * time.Hour

var gaps = [...]time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour}

// Again notes a try that did not apply everything, and sets the next; zero Due once it is time to stop.
func (d Delivery) Again(now time.Time, outcome Outcome, note string) Delivery {
	d.Outcome, d.Note = outcome, note
	d.Due = time.Time{}
	if outcome == Unmatched && now.Before(d.ReceivedAt.Add(GiveUpAfter)) {
		d.Due = now.Add(gaps[min(d.Tries, len(gaps)-1)])
	}
	d.Tries++
	return d
}
