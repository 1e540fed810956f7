package simnet

import (
	"bytes"
	"net/http"
	"time"
)

// A callback leaves within half a second of what it tells of.
const (
	soonest = 50 * time.Millisecond
	spread  = 450 * time.Millisecond
)

// callback is one event on its way to the product.
type callback struct {
	account *Account
	about   Operation
	subject string        // our reference of what it is about
	of      *Disbursement // as it was when it was told of; nil for a payment's
	body    []byte
	tries   int
}

// announce sends an event's callback; an empty body means the provider keeps silent.
func (b *Book) announce(c callback) {
	if len(c.body) == 0 || c.account.WebhookURL == "" {
		return
	}
	b.host.After(soonest+time.Duration(b.host.Float()*float64(spread)), func() { b.try(&c) })
}

// tell announces how a disbursement stands.
func (b *Book) tell(d *Disbursement) {
	told := *d
	b.announce(callback{account: d.Account, about: OpDisbursement, subject: d.Ours, of: &told, body: b.manners.Voice.DisbursementEvent(d)})
}

// tellPayment announces a receipt, or the voucher's end if r is nil.
func (b *Book) tellPayment(p *Payment, r *Receipt) {
	b.announce(callback{account: p.Account, about: OpPayment, subject: p.Ours, body: b.manners.Voice.PaymentEvent(p, r)})
}

// try sends once, with what befalls it.
func (b *Book) try(c *callback) {
	c.tries++
	req := b.request(c, c.account.secret())
	kind := b.faults.callback(c.about, req)
	switch kind {
	case LostCallback:
	case DuplicateCallback:
		b.deliver(c, req)
		for _, later := range b.faults.copies() {
			b.host.After(later, func() { b.host.Deliver(b.request(c, c.account.secret()), func(int) {}) })
		}
	case LateCallback:
		b.host.After(b.faults.late(), func() { b.deliver(c, b.request(c, c.account.secret())) })
	case BadSignature:
		b.signed(c, kind, "forged")
	case OldSecret:
		b.signed(c, kind, c.account.former(b.host.Float()))
	case UnknownRefund:
		b.deliver(c, req)
		b.mistake(c)
	case PermutedCallback:
		b.back[c.subject] = append(b.back[c.subject], c)
		b.host.After(b.faults.late(), func() { b.release(c.subject) })
		return
	default:
		b.deliver(c, req)
	}
	b.release(c.subject)
}

// release sends what was held back to come behind another one.
func (b *Book) release(subject string) {
	back := b.back[subject]
	delete(b.back, subject)
	for _, c := range back {
		b.host.After(soonest, func() { b.deliver(c, b.request(c, c.account.secret())) })
	}
}

// mistake tells of a refund that is not the account's what has happened to one of its own.
func (b *Book) mistake(c *callback) {
	if c.of == nil {
		return
	}
	other := *c.of
	other.Ours, other.Reference = b.faults.stranger(), "X-"+other.Reference
	if b.host.Float() < 0.5 {
		other.Transaction = "X-" + other.Transaction
	}
	about := callback{account: c.account, about: c.about, of: &other, body: b.manners.Voice.DisbursementEvent(&other)}
	if len(about.body) > 0 {
		b.host.After(soonest, func() { b.host.Deliver(b.request(&about, c.account.secret()), func(int) {}) })
	}
}

func (b *Book) deliver(c *callback, req *http.Request) {
	b.host.Deliver(req, func(status int) { b.replied(c, status) })
}

// signed delivers what is signed with another secret than the account's.
func (b *Book) signed(c *callback, kind Kind, secret string) {
	sent := b.host.Now()
	b.host.Deliver(b.request(c, secret), func(status int) {
		if b.faults.Answered != nil {
			b.faults.Answered(kind, c.account.ID, secret, sent, status)
		}
		b.replied(c, status)
	})
}

// replied tries again where the provider does.
func (b *Book) replied(c *callback, status int) {
	if status >= 200 && status < 300 || c.tries > len(b.manners.Retries) {
		return
	}
	b.host.After(b.manners.Retries[c.tries-1], func() { b.try(c) })
}

// FullSigner is a Voice whose signature needs more than the body, or stands elsewhere than in a header: it may change the
// request as a whole. Sign is not called then.
type FullSigner interface {
	SignRequest(a *Account, secret string, req *http.Request, body []byte, now time.Time)
}

// secret is the newest of an account's; one that is wrong if it has none.
func (a *Account) secret() string {
	if len(a.Secrets) == 0 {
		return "forged"
	}
	return a.Secrets[0]
}

// former is one of the secrets that an account had before, by a number in [0,1); the one it has if there was none.
func (a *Account) former(which float64) string {
	if len(a.Former) == 0 {
		return a.secret()
	}
	return a.Former[int(which*float64(len(a.Former)))]
}

// request is one try: signed as of now, with a secret.
func (b *Book) request(c *callback, secret string) *http.Request {
	req, err := http.NewRequest(http.MethodPost, c.account.WebhookURL, bytes.NewReader(c.body))
	if err != nil {
		panic(err) // the URL came from Register: a programming error of the world
	}
	if full, ok := b.manners.Voice.(FullSigner); ok {
		full.SignRequest(c.account, secret, req, c.body, b.host.Now())
	} else {
		req.Header = b.manners.Voice.Sign(secret, c.body, b.host.Now())
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}
