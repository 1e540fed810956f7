// Package mercadopago talks to Mercado Pago, which carries Efecty in Colombia (MCO, efecty) and PagoEfectivo in Peru (MPE,
// pagoefectivo_atm). Its webhooks name a payment and sign nothing else, so that what happened is asked for; its settlement
// report is public.
package mercadopago

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// Name of the provider.
const Name = "mercadopago"

// Adapter is one account at Mercado Pago, on one of the networks it carries.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	clock      provider.Clock
	token      string
	site       site
	country    calendar.Country
	notify     string
	partial    bool
	idempotent bool
	promise    time.Duration
	window     int64 // days
	quiet      time.Duration
	age        time.Duration // of a webhook's signed instant
	layout     csvsettlement.Layout
}

// site is what differs between the countries.
type site struct {
	code     string
	method   string
	currency money.Currency
	decimals int
	partial  bool
}

// siteOf is the site of a network; false if Mercado Pago does not carry it.
func siteOf(network string) (site, bool) {
	switch network {
	case "efecty":
		return site{"CO", "efecty", money.COP, 0, true}, true
	case "pagoefectivo":
		return site{"PE", "pagoefectivo_atm", money.PEN, 2, false}, true
	}
	return site{}, false
}

// New makes the adapter of an account. Credentials: access_token. Settings: idempotent (true), promise_hours (24),
// refund_days (180), quiet_minutes (10), partial_refunds (true in Colombia, false in Peru), webhook_age_seconds (300),
// notification_url (none), and those of csvsettlement.Configure.
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock, notify: account.Settings["notification_url"]}
	var err error
	if a.token, err = account.Need("access_token"); err != nil {
		return nil, err
	}
	carried := false
	if a.site, carried = siteOf(account.Network); !carried {
		return nil, fmt.Errorf("the network %q is not carried by Mercado Pago", account.Network)
	}
	if a.country, err = calendar.ByNetwork(account.Network); err != nil {
		return nil, err
	}
	if a.idempotent, err = account.Flag("idempotent", true); err != nil {
		return nil, err
	}
	if a.partial, err = account.Flag("partial_refunds", a.site.partial); err != nil {
		return nil, err
	}
	if err := a.counts(); err != nil {
		return nil, err
	}
	a.layout, err = layoutOf(account)
	return a, err
}

func (a *Adapter) counts() error {
	var err error
	if a.window, err = a.account.Count("refund_days", 180); err != nil {
		return err
	}
	for _, c := range []struct {
		name     string
		fallback int64
		unit     time.Duration
		into     *time.Duration
	}{{"promise_hours", 24, time.Hour, &a.promise}, {"quiet_minutes", 10, time.Minute, &a.quiet}, {"webhook_age_seconds", 300, time.Second, &a.age}} {
		n, err := a.account.Count(c.name, c.fallback)
		if err != nil {
			return err
		}
		*c.into = time.Duration(n) * c.unit
	}
	return nil
}

// Whose account one is says the access token itself, as the reference of POST /oauth/token takes it apart:
// APP_USR-<client id>-<MMddHH>-<hash>-<user id>, or TEST in front for one that is played with. What is rotated is in between.
// A token of another form says nothing.
func Whose(a provider.Account) map[string]string {
	parts := strings.Split(a.Credentials["access_token"], "-")
	kind, user := parts[0], parts[len(parts)-1]
	if _, err := strconv.ParseUint(user, 10, 64); err != nil || len(parts) != 5 || (kind != "APP_USR" && kind != "TEST") {
		kind, user = "", ""
	}
	return map[string]string{"kind of access_token": kind, "user id in access_token": user}
}

// Profile states the facts of Mercado Pago under this account's contract.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:         Name,
		Networks:     []string{"efecty", "pagoefectivo"},
		Currencies:   []provider.CurrencyRule{{Currency: a.site.currency, Decimals: a.site.decimals}},
		Routes:       []disbursement.Route{disbursement.Original},
		RefundWindow: int(a.window),
		PartialOK:    a.partial,
		SeveralOK:    a.partial,
		Idempotent:   a.idempotent,
		PromiseFor:   a.promise,
		QuietPeriod:  a.quiet,
		Timeout:      10 * time.Second,
		SettlesIn:    1,
		Sources: []string{"mercadopago/devsite-docs: account money report (glossary, api), webhooks, payment methods", "mercadopago/sdk-go v1.14",
			"mercadopago.com.pe/developers: refunds reference", "developers pages on X-Idempotency-Key: the first one is given back",
			"unconfirmed, account settings: refund_days, promise_hours (24 h of the Orders interface), partial_refunds in Peru, webhook_age_seconds",
			"unconfirmed: whole pesos, the search by external_reference, that SOURCE_ID of a REFUND row is the refund's id, T+1, the quiet period"},
		Grounds: grounds(),
	}
}

// call makes an authorised exchange. An empty key means the call repeats itself without harm.
func (a *Adapter) call(ctx context.Context, method, path string, body any, key string) (provider.Reply, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
		}
	}
	header := http.Header{"Authorization": {"Bearer " + a.token}}
	if key != "" {
		header.Set("X-Idempotency-Key", key)
		// Without it an asynchronous refund is told of in a way that is not documented.
		header.Set("X-Render-In-Process-Refunds", "true")
	}
	return provider.Exchange(ctx, a.doer, provider.Call{Method: method, URL: a.account.Endpoint + path, Body: raw, Limited: true,
		Header: header, Once: key != "" && !a.idempotent})
}

// read decodes a good reply; any other is what codes.go says of it.
func read(reply provider.Reply, into any) error {
	if reply.Status != http.StatusOK && reply.Status != http.StatusCreated {
		cause := causeOf(reply)
		return Codes().Error(reply.Status, string(cause.Code)).Saying(cause.Description)
	}
	if err := provider.DecodeJSON(reply.Body, into); err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// cause is one reason of a refusal.
type cause struct {
	Code        provider.Text  `json:"code"`
	Description provider.Prose `json:"description"`
}

// causeOf is a refusal's first reason; an empty one if it has none.
func causeOf(reply provider.Reply) cause {
	var refusal struct {
		Cause []cause `json:"cause"`
	}
	if provider.DecodeJSON(reply.Body, &refusal) != nil || len(refusal.Cause) == 0 {
		return cause{}
	}
	return refusal.Cause[0]
}

// codeOf is the code of a refusal's first cause; empty if it has none.
func codeOf(reply provider.Reply) string { return string(causeOf(reply).Code) }

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// stampLayout of every date on the wire.
const stampLayout = "2006-01-02T15:04:05.000-07:00"

// instant reads a date of the wire; empty is none.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC(), err
}
