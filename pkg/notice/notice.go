// Package notice is what a buyer is told of their money: by e-mail and SMS, in Spanish, once for each event that is theirs to
// know.
package notice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// ErrRefused says an address will never take a message: trying again is of no use.
var ErrRefused = errors.New("notice: refused for good")

// Mail is an e-mail: plain text and, if there is any, the same as a page, with files.
type Mail struct {
	To, Subject, Text string

	Tenant, Event string // of the notice it is, for the carrier to name if it comes back; empty = nobody asks
	HTML          string
	Files         []Attachment
}

// Attachment is a file that comes with a mail.
type Attachment struct {
	Name, Type string
	Body       []byte
}

// Mailer sends e-mails. Error: ErrRefused; any other may pass.
type Mailer interface {
	Mail(ctx context.Context, m Mail) error
}

// Texter sends SMS to a number as +51999888777. Error: ErrRefused; any other may pass.
type Texter interface {
	Text(ctx context.Context, to, text string) error
}

// Off is what a stack is told in the place of a sender or of "on" when a channel is not used.
const Off = "off"

// Kind says what the notice is about. Stored strings: append only.
type Kind string

const (
	Paid  Kind = "paid"  // the buyer has the money
	Ready Kind = "ready" // a cash code can be collected

	Expiring Kind = "expiring" // and not for long any more
	Details  Kind = "details"  // the buyer must tell something first
)

// Outcome of one channel. Stored strings: append only.
type Outcome string

const (
	Waiting Outcome = ""        // to be sent
	Sent    Outcome = "sent"    // handed to the carrier
	NoWay   Outcome = "no_way"  // no address, or the channel is off
	Refused Outcome = "refused" // the carrier takes nothing for the address
	Failed  Outcome = "failed"  // every try failed
	Bounced Outcome = "bounced" // sent, and came back for good
)

// Channel is one way to the buyer.
type Channel struct {
	Outcome Outcome `json:"o,omitempty"`
	Tries   int     `json:"t,omitempty"`
	To      string  `json:"a,omitempty"` // digest of the address it was sent to: see Digest
}

// Notice is one message to a buyer. It holds no address: whoever sends it reads the record it is about.
type Notice struct {
	Tenant  string
	Event   string // evt_…: one notice for each
	Kind    Kind
	Subject string // rf_… or po_…
	Mail    Channel
	SMS     Channel
	Due     time.Time // when to try (again); zero = over
	Version int64
}

// SK of every notice.
const SK = "notice"

// Key of the notice of an event.
func Key(tenant, event string) store.Key { return store.Key{PK: tenant + "#ntc#" + event, SK: SK} }

type body struct {
	Tenant  string  `json:"n"`
	Event   string  `json:"e"`
	Kind    Kind    `json:"k"`
	Subject string  `json:"s"`
	Mail    Channel `json:"m"`
	SMS     Channel `json:"p"`
	Due     int64   `json:"d,omitempty"`
}

// Encode makes the record to put; it is on the work index until it is over.
func Encode(n Notice) store.Record {
	encoded, err := json.Marshal(body{n.Tenant, n.Event, n.Kind, n.Subject, n.Mail, n.SMS, calendar.Millis(n.Due)})
	if err != nil {
		panic(err) // strings and integers always encode
	}
	r := store.Record{Key: Key(n.Tenant, n.Event), Version: n.Version, Body: encoded}
	if !n.Due.IsZero() {
		r.Index = store.Places{Work: job.DueKey(n.Due, job.Notify, r.Key)}
	}
	return r
}

// Decode reads a notice.
func Decode(r store.Record) (Notice, error) {
	var b body
	if err := store.Unmarshal(r.Body, &b); err != nil {
		return Notice{}, fmt.Errorf("notice: record %s: %w", r.Key, err)
	}
	return Notice{Tenant: b.Tenant, Event: b.Event, Kind: b.Kind, Subject: b.Subject, Mail: b.Mail, SMS: b.SMS,
		Due: calendar.Instant(b.Due), Version: r.Version}, nil
}

// gaps between tries of a channel.
var gaps = [...]time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour}

// MaxTries of one channel.
const MaxTries = len(gaps) + 1

// Lease is how long a try may take: within it nobody else sends the same notice.
const Lease = 2 * time.Minute

// Claim makes the next try ours.
func (n Notice) Claim(now time.Time) Notice {
	n.Due = now.Add(Lease)
	return n
}

// Tried notes what became of a channel's try.
func (c Channel) Tried(err error) Channel {
	c.Tries++
	switch {
	case err == nil:
		c.Outcome = Sent
	case errors.Is(err, ErrRefused):
		c.Outcome = Refused
	case c.Tries >= MaxTries:
		c.Outcome = Failed
	}
	return c
}

// Moot ends a notice of which there is nothing left to tell.
func (n Notice) Moot() Notice {
	for _, c := range []*Channel{&n.Mail, &n.SMS} {
		if c.Outcome == Waiting {
			c.Outcome = NoWay
		}
	}
	return n
}

// Next sets when to try again; never, if no channel waits.
func (n Notice) Next(now time.Time) Notice {
	n.Due = time.Time{}
	for _, c := range []Channel{n.Mail, n.SMS} {
		if c.Outcome == Waiting {
			n.Due = now.Add(gaps[min(max(c.Tries-1, 0), len(gaps)-1)])
		}
	}
	return n
}

// Lost says that the notice is over and reached the buyer by no channel, though there was one.
func (n Notice) Lost() bool {
	over := n.Mail.Outcome != Waiting && n.SMS.Outcome != Waiting
	return over && n.Mail.Outcome != Sent && n.SMS.Outcome != Sent && (n.Mail.Outcome != NoWay || n.SMS.Outcome != NoWay)
}
