// Package notify tells buyers of their money. A notice that cannot be sent is tried again for a day; one that never can be
// is told to the merchant. Neither keeps another waiting.
package notify

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// Notifier does job.Notify, job.Bounce and job.Complaint.
type Notifier struct {
	Store  store.Store
	Mailer notice.Mailer // nil = no e-mail
	Texter notice.Texter // nil = no SMS
	Site   string        // where the API is for buyers: https://…
	Random func(n int) []byte
	Now    func() time.Time
	Log    *slog.Logger
}

// Handle sends a notice that is due. It is claimed first, so that of two copies of the message one sends nothing; after a crash
// between the sending and the noting it may go twice.
func (n *Notifier) Handle(ctx context.Context, j job.Job) error {
	if j.Kind != job.Notify {
		return n.cameBack(ctx, j)
	}
	record, err := n.Store.Get(ctx, j.Key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	it, err := notice.Decode(record)
	if err != nil || it.Due.IsZero() || it.Due.After(n.Now()) {
		return err
	}
	it = it.Claim(n.Now())
	if err := n.Store.Commit(ctx, store.Put{Record: notice.Encode(it)}); err != nil {
		if store.IsConflict(err) {
			return nil // another copy is at it
		}
		return err
	}
	it.Version++
	d, to, shop, err := n.about(ctx, it)
	if err != nil {
		return err
	}
	link, until, err := n.invite(ctx, it, d)
	if err != nil {
		return err
	}
	if it.Kind == notice.Details && link == "" {
		return n.note(ctx, it.Moot().Next(n.Now()))
	}
	text := write(it.Kind, d, to, shop, asked{link, until})
	if it.Mail, err = n.mail(ctx, it, mailAddress(to.Email.Reveal()), text); err != nil {
		return err
	}
	it.SMS = n.text(ctx, it, phoneNumber(to.Phone.Reveal(), d.Network), text)
	return n.note(ctx, it.Next(n.Now()))
}

// about reads what the notice tells of, to whom, and in whose name.
func (n *Notifier) about(ctx context.Context, it notice.Notice) (d disbursement.Disbursement, to identity.Person, shop string, err error) {
	record, err := n.Store.Get(ctx, disbursement.Key(it.Tenant, it.Subject))
	if err != nil {
		return d, to, "", err
	}
	if d, err = disbursement.Decode(record); err != nil {
		return d, to, "", err
	}
	// A beneficiary may be somebody else than the payer: a cash code must not reach the one for the other.
	if to = d.Beneficiary; d.Payment != "" && to.IsZero() {
		record, err = n.Store.Get(ctx, payment.Key(it.Tenant, d.Payment))
		if err != nil {
			return d, to, "", err
		}
		p, err := payment.Decode(record)
		if err != nil {
			return d, to, "", err
		}
		to = p.Payer
	}
	record, err = n.Store.Get(ctx, merchant.Key(it.Tenant))
	if err != nil {
		return d, to, "", err
	}
	m, err := merchant.Decode(record)
	return d, to, m.Name, err
}

// invite makes the link of a notice that asks the buyer for something; none if it is told already. Each try makes the same
// one.
func (n *Notifier) invite(ctx context.Context, it notice.Notice, d disbursement.Disbursement) (link string, until time.Time, err error) {
	if it.Kind != notice.Details || !d.Invitable() {
		return "", until, nil
	}
	secret, err := merchant.Secrets{Store: n.Store, Random: n.Random}.Make(ctx, it.Tenant)
	if err != nil {
		return "", until, err
	}
	held := d.HeldAt()
	until = held.Add(merchant.InvitedFor)
	return n.Site + "/claim/" + merchant.Invitation{Tenant: d.Tenant, Subject: d.ID, Held: held, Until: until}.Token(secret), until, nil
}

func (n *Notifier) mail(ctx context.Context, it notice.Notice, to string, text message) (notice.Channel, error) {
	switch {
	case it.Mail.Outcome != notice.Waiting:
		return it.Mail, nil
	case n.Mailer == nil || to == "":
		return notice.Channel{Outcome: notice.NoWay}, nil
	}
	digest := notice.Digest(it.Tenant, to)
	if shut, err := n.shut(ctx, it.Tenant, digest); err != nil || shut {
		return notice.Channel{Outcome: notice.Refused}, err
	}
	c := n.tried(ctx, it, "e-mail", it.Mail, n.Mailer.Mail(ctx, notice.Mail{To: to, Subject: text.subject, Text: text.long, Tenant: it.Tenant, Event: it.Event}))
	if c.Outcome == notice.Sent {
		c.To = digest
	}
	return c, nil
}

func (n *Notifier) text(ctx context.Context, it notice.Notice, to string, text message) notice.Channel {
	switch {
	case it.SMS.Outcome != notice.Waiting:
		return it.SMS
	case n.Texter == nil || to == "":
		return notice.Channel{Outcome: notice.NoWay}
	}
	return n.tried(ctx, it, "sms", it.SMS, n.Texter.Text(ctx, to, text.short))
}

// tried notes a try. A carrier's words may hold the address, so they stay out of the log.
func (n *Notifier) tried(ctx context.Context, it notice.Notice, way string, c notice.Channel, err error) notice.Channel {
	c = c.Tried(err)
	if err != nil {
		n.Log.WarnContext(ctx, "notice not sent", "tenant", it.Tenant, "disbursement", it.Subject, "event", it.Event, "part", way,
			"outcome", string(c.Outcome), "attempt", c.Tries)
	}
	return c
}

// note writes down how the tries ended.
func (n *Notifier) note(ctx context.Context, it notice.Notice) error {
	writes, err := n.writes(ctx, it)
	if err != nil {
		return err
	}
	err = n.Store.Commit(ctx, writes...)
	if store.IsConflict(err) {
		return nil // the lease had run out, and another has noted it
	}
	return err
}

// writes are the notice, and what the merchant is told if it reached nobody: an event, which the sweep delivers.
func (n *Notifier) writes(ctx context.Context, it notice.Notice) ([]store.Write, error) {
	writes := []store.Write{store.Put{Record: notice.Encode(it)}}
	if it.Lost() {
		record, err := n.Store.Get(ctx, event.EndpointsKey(it.Tenant))
		endpoints := event.Endpoints{Tenant: it.Tenant}
		if err == nil {
			endpoints, err = event.DecodeEndpoints(it.Tenant, record)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		lost := event.Unheard(it.Tenant, it.Event, it.Subject, string(it.Kind), n.Now())
		lost.To = endpoints.To(lost.Type)
		writes = append(writes, store.Put{Record: event.Encode(lost, n.Now())})
	}
	return writes, nil
}
