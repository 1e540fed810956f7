// Package dlocal talks to dLocal, which carries Efecty in Colombia (EY) and PagoEfectivo in Peru (EF). A refund of cash is
// a bank transfer to the buyer, whom dLocal asks for the bank details by e-mail where the merchant has none.
package dlocal

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// Name of the provider.
const Name = "dlocal"

// Adapter is one account at dLocal, on one of the networks it carries.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	clock      provider.Clock
	login      string
	transKey   string
	secret     string
	market     market
	lookup     string // path of a refund by our reference, with {id} in it
	notify     string // base URL of notifications; empty = dLocal's own setting
	document   bool   // send the beneficiary's document
	idempotent bool
	window     int64 // days
	quiet      time.Duration
	layout     csvsettlement.Layout
}

// market is what differs between the countries.
type market struct {
	country  string
	method   string
	currency money.Currency
	decimals int
}

// marketOf is the market of a network; false if dLocal does not carry it.
func marketOf(network string) (market, bool) {
	switch network {
	case "efecty":
		return market{"CO", "EY", money.COP, 0}, true
	case "pagoefectivo":
		return market{"PE", "EF", money.PEN, 2}, true
	}
	return market{}, false
}

// withFiles is an adapter whose account names a place from which its settlement files can be fetched.
type withFiles struct {
	*Adapter
	provider.Drop
}

// New makes the adapter of an account. Credentials: login, trans_key, secret_key. Settings: idempotent (true), refund_days
// (0 = none), quiet_minutes (10), refund_lookup (/orders/{id}), notification_url (none), send_document (false),
// settlement_url (none; see
// provider.Account.Drop), and those of csvsettlement.Configure.
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock, lookup: "/orders/{id}", notify: account.Settings["notification_url"]}
	var err error
	for _, c := range []struct {
		name string
		into *string
	}{{"login", &a.login}, {"trans_key", &a.transKey}, {"secret_key", &a.secret}} {
		if *c.into, err = account.Need(c.name); err != nil {
			return nil, err
		}
	}
	carried := false
	if a.market, carried = marketOf(account.Network); !carried {
		return nil, fmt.Errorf("dLocal does not carry the network %q", account.Network)
	}
	if path, ok := account.Settings["refund_lookup"]; ok {
		a.lookup = path
	}
	if !strings.HasPrefix(a.lookup, "/") || strings.Count(a.lookup, "{id}") != 1 {
		return nil, fmt.Errorf("setting %q must be a path with {id} in it", "refund_lookup")
	}
	if err := a.settings(); err != nil {
		return nil, err
	}
	drop, there, err := account.Drop(doer)
	if err != nil || !there {
		return a, err
	}
	return withFiles{a, drop}, nil
}

func (a *Adapter) settings() error {
	var err error
	if a.idempotent, err = a.account.Flag("idempotent", true); err != nil {
		return err
	}
	if a.document, err = a.account.Flag("send_document", false); err != nil {
		return err
	}
	if a.window, err = a.account.Count("refund_days", 0); err != nil {
		return err
	}
	minutes, err := a.account.Count("quiet_minutes", 10)
	if err != nil {
		return err
	}
	a.quiet = time.Duration(minutes) * time.Minute
	a.layout, err = layoutOf(a.account)
	return err
}

// Whose account one is says its login; both keys are rotated.
func Whose(a provider.Account) map[string]string {
	return a.Named("login")
}

// Profile states the facts of dLocal under this account's contract. Its amounts in COP are whole pesos. It refuses an
// order_refund_id that it has seen, and then tells by that id what it holds: which is the promise to give the first back.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:         Name,
		Networks:     []string{"efecty", "pagoefectivo"},
		Currencies:   []provider.CurrencyRule{{Currency: a.market.currency, Decimals: a.market.decimals}},
		Routes:       []disbursement.Route{disbursement.Original},
		RefundWindow: int(a.window),
		PartialOK:    true,
		SeveralOK:    true,
		Idempotent:   a.idempotent,
		QuietPeriod:  a.quiet,
		Timeout:      10 * time.Second,
		SettlesIn:    1,
		Sources: []string{"docs.dlocal.com: colombia, peru, refunds, the-refund-object, receive-notifications, payins-security, retrieve-order-refund",
			"dLocal documentation of February 2019 (fmazzoli-dlocal/documentation)", "shhac/agent-dlocal, observations of the sandbox",
			"unconfirmed, account settings: refund_lookup (the path), refund_days, send_document, settlement_url and the columns of its files",
			"unconfirmed: T+1, the quiet period"},
		Grounds: grounds(),
	}
}

// stampLayout of X-Date, in UTC.
const stampLayout = "2006-01-02T15:04:05.000Z"

// authorization is the header that signs login, date and body.
func authorization(secret, login, date string, body []byte) string {
	return scheme + provider.Sign(secret, []byte(login+date), body)
}

const scheme = "V2-HMAC-SHA256, Signature: "

// call makes a signed exchange.
func (a *Adapter) call(ctx context.Context, method, path string, body any) (provider.Reply, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
		}
	}
	date := a.clock.Now().UTC().Format(stampLayout)
	return provider.Exchange(ctx, a.doer, provider.Call{Method: method, URL: a.account.Endpoint + path, Body: raw, Limited: true,
		Header: http.Header{
			"X-Date":        {date},
			"X-Login":       {a.login},
			"X-Trans-Key":   {a.transKey},
			"X-Version":     {"2.1"},
			"Content-Type":  {"application/json"},
			"Authorization": {authorization(a.secret, a.login, date, raw)},
		}})
}

// read decodes a good reply; any other is what codes.go says of it.
func read(reply provider.Reply, into any) error {
	if reply.Status != http.StatusOK && reply.Status != http.StatusCreated {
		refused := refusalOf(reply)
		return Codes().Error(reply.Status, string(refused.Code)).Saying(refused.Message)
	}
	if err := provider.DecodeJSON(reply.Body, into); err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// refusal is the body of an answer that is not good.
type refusal struct {
	Code    provider.Text  `json:"code"`
	Message provider.Prose `json:"message"`
}

// refusalOf reads a refusal; an empty one if it is none.
func refusalOf(reply provider.Reply) refusal {
	var r refusal
	if provider.DecodeJSON(reply.Body, &r) != nil {
		return refusal{}
	}
	return r
}

// codeOf is the code of a refusal; empty if it has none.
func codeOf(reply provider.Reply) string { return string(refusalOf(reply).Code) }

// missing says that an answer is the documented "not found".
func missing(reply provider.Reply) bool {
	code := codeOf(reply)
	return reply.Status == http.StatusNotFound && (code == noPayment || code == noRefund)
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// instant reads both layouts that dLocal writes; empty is none.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse("2006-01-02T15:04:05-0700", text)
	if err != nil {
		t, err = time.Parse(time.RFC3339, text)
	}
	return t.UTC(), err
}
