// Package ebanx talks to EBANX, which carries Efecty in Colombia and PagoEfectivo in Peru. Its notifications are unsigned
// and name only what moved, so everything is asked for; its answers come with HTTP 200, refusals included.
package ebanx

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// Name of the provider.
const Name = "ebanx"

// Adapter is one account at EBANX, on one of the networks it carries.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	key        string
	market     market
	zone       *time.Location // of dates, which name none
	noPayment  string         // code of "no such payment"; empty = not known, and then it proves nothing
	byGet      bool           // refunds as GET with the key in the query, as the SDK sends them
	idempotent bool
	window     int64 // days
	quiet      time.Duration
	layout     csvsettlement.Layout
}

// market is what differs between the countries.
type market struct {
	country  string // lower case on the wire
	method   string
	currency money.Currency
}

func marketOf(network string) (market, bool) {
	switch network {
	case "efecty":
		return market{"co", "efecty", money.COP}, true
	case "pagoefectivo":
		return market{"pe", "pagoefectivo", money.PEN}, true
	}
	return market{}, false
}

// withFiles is an adapter whose account names a place from which its settlement files can be fetched.
type withFiles struct {
	*Adapter
	provider.Drop
}

// New makes the adapter of an account. Credential: integration_key. Settings: idempotent (false), refund_days (0 = none),
// quiet_minutes (10), refund_by_get (false), not_found_code (none), zone (the network's, as -05:00), settlement_url (none;
// see provider.Account.Drop) and those of csvsettlement.Configure. The webhook secrets are tokens: the notification
// address at EBANX ends with ?token=….
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, noPayment: account.Settings["not_found_code"]}
	country, err := calendar.ByNetwork(account.Network)
	carried := false
	if a.market, carried = marketOf(account.Network); err != nil || !carried {
		return nil, fmt.Errorf("EBANX does not carry the network %q", account.Network)
	}
	a.zone = country.Zone()
	if a.key, err = account.Need("integration_key"); err != nil {
		return nil, err
	}
	if a.idempotent, err = account.Flag("idempotent", false); err != nil {
		return nil, err
	}
	if a.byGet, err = account.Flag("refund_by_get", false); err != nil {
		return nil, err
	}
	if a.window, err = account.Count("refund_days", 0); err != nil {
		return nil, err
	}
	minutes, err := account.Count("quiet_minutes", 10)
	if err != nil {
		return nil, err
	}
	a.quiet = time.Duration(minutes) * time.Minute
	if text, ok := account.Settings["zone"]; ok {
		at, err := time.Parse("-07:00", text)
		if err != nil {
			return nil, fmt.Errorf("setting %q must be an offset such as -05:00", "zone")
		}
		_, offset := at.Zone()
		a.zone = time.FixedZone(text, offset)
	}
	if a.layout, err = csvsettlement.Configure(account.Settings, csvsettlement.Layout{Zone: a.zone}); err != nil {
		return nil, err
	}
	drop, there, err := account.Drop(doer)
	if err != nil || !there {
		return a, err
	}
	return withFiles{a, drop}, nil
}

// Whose account one is nothing says: EBANX knows its merchants by the integration key alone, which is rotated too.
func Whose(provider.Account) map[string]string { return nil }

// Profile states the facts of EBANX under this account's contract.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:         Name,
		Networks:     []string{"efecty", "pagoefectivo"},
		Currencies:   []provider.CurrencyRule{{Currency: a.market.currency, Decimals: 2}},
		Routes:       []disbursement.Route{disbursement.Original},
		RefundWindow: int(a.window),
		PartialOK:    true,
		SeveralOK:    true,
		Idempotent:   a.idempotent,
		QuietPeriod:  a.quiet,
		Timeout:      10 * time.Second,
		SettlesIn:    1,
		Sources: []string{"docs.ebanx.com: payment type codes, refund payment, API error codes, reports",
			"github.com/ebanx/benjamin: routes ws/direct, ws/refund, ws/cancel, ws/query",
			"settings, because unconfirmed: idempotent, refund_days, quiet_minutes, not_found_code, zone, how a cash buyer's bank details are asked for",
			"house: the notification address carries a token, because the classic notification is not signed"},
		Grounds: grounds(),
	}
}

// form makes a call with the key among its values. Nobody documents a 429, so it proves nothing.
func (a *Adapter) form(ctx context.Context, method, path string, values url.Values) (provider.Reply, error) {
	values.Set("integration_key", a.key)
	call := provider.Call{Method: method, URL: a.account.Endpoint + path, Body: []byte(values.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	if method == http.MethodGet {
		call.URL, call.Body, call.Header, call.Once = call.URL+"?"+values.Encode(), nil, nil, true
	}
	return provider.Exchange(ctx, a.doer, call)
}

// answer is what every call is answered with.
type answer struct {
	Status        string          `json:"status"`
	StatusCode    string          `json:"status_code"`
	StatusMessage provider.Prose  `json:"status_message"`
	Payment       json.RawMessage `json:"payment"`
	Refund        json.RawMessage `json:"refund"`
}

// read decodes a good answer; any other is what codes.go says of it.
func read(reply provider.Reply) (answer, error) {
	var an answer
	if err := provider.DecodeJSON(reply.Body, &an); err != nil {
		return an, &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	if reply.Status != http.StatusOK || an.Status != "SUCCESS" {
		return an, Codes().Error(reply.Status, an.StatusCode).Saying(an.StatusMessage)
	}
	return an, nil
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// instant reads a date of the wire, which names no zone; zero for none.
func (a *Adapter) instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateTime, text, a.zone)
	return t.UTC(), err
}
