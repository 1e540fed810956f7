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
	body    []byte
	tries   int
}

// announce sends an event's callback; an empty body means the provider keeps silent.
func (b *Book) announce(a *Account, about Operation, body []byte) {
	if len(body) == 0 || a.WebhookURL == "" {
		return
	}
	c := &callback{account: a, about: about, body: body}
	b.host.After(soonest+time.Duration(b.host.Float()*float64(spread)), func() { b.try(c) })
}

// try sends once, with what befalls it.
func (b *Book) try(c *callback) {
	c.tries++
	req := b.request(c, false)
	switch b.faults.callback(c.about, req) {
	case LostCallback:
	case DuplicateCallback:
		b.deliver(c, req)
		b.host.After(soonest, func() { b.host.Deliver(b.request(c, false), func(int) {}) })
	case LateCallback:
		b.host.After(b.faults.late(), func() { b.deliver(c, b.request(c, false)) })
	case BadSignature:
		b.deliver(c, b.request(c, true))
	default:
		b.deliver(c, req)
	}
}

func (b *Book) deliver(c *callback, req *http.Request) {
	b.host.Deliver(req, func(status int) { b.replied(c, status) })
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

// request is one try: signed as of now, with the account's newest secret or, if forged, with none of its secrets.
func (b *Book) request(c *callback, forged bool) *http.Request {
	secret := "forged"
	if !forged && len(c.account.Secrets) > 0 {
		secret = c.account.Secrets[0]
	}
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
