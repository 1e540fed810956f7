// Package epayco talks to ePayco, which carries Efecty in Colombia. Its confirmations sign who and how much but not the
// state, so a signed confirmation is only the occasion to ask. No refund is documented: money goes back by hand.
package epayco

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// Name of the provider.
const Name = "epayco"

// apify is where tokens are given out; another host than that of payments.
const apify = "https://apify.epayco.co"

// Adapter is one account at ePayco.
type Adapter struct {
	account  provider.Account
	doer     provider.Doer
	clock    provider.Clock
	public   string
	private  string
	customer string // p_cust_id_cliente, part of what is signed
	apify    string
	notify   string // address of confirmations, sent along; empty = the dashboard's
	ip       string
	most     int64 // days a voucher may live
	quiet    time.Duration
	layout   csvsettlement.Layout
}

// withFiles is an adapter whose account names a place from which its settlement files can be fetched.
type withFiles struct {
	*Adapter
	provider.Drop
}

// New makes the adapter of an account. Credentials: public_key, private_key, customer_id; the webhook secrets are p_keys.
// Settings: apify_url (ePayco's), notification_url (none: the dashboard's), ip (127.0.0.1: ePayco wants the buyer's, which
// we are not told), max_days (5), quiet_minutes (10), settlement_url (none; see provider.Account.Drop) and those of
// csvsettlement.Configure.
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock, apify: setting(account, "apify_url", apify),
		notify: account.Settings["notification_url"], ip: setting(account, "ip", "127.0.0.1")}
	var err error
	for _, c := range []struct {
		name string
		into *string
	}{{"public_key", &a.public}, {"private_key", &a.private}, {"customer_id", &a.customer}} {
		if *c.into, err = account.Need(c.name); err != nil {
			return nil, err
		}
	}
	if a.most, err = account.Count("max_days", 5); err != nil {
		return nil, err
	}
	minutes, err := account.Count("quiet_minutes", 10)
	if err != nil {
		return nil, err
	}
	a.quiet = time.Duration(minutes) * time.Minute
	if a.layout, err = csvsettlement.Configure(account.Settings, csvsettlement.Layout{Zone: bogota()}); err != nil {
		return nil, err
	}
	drop, there, err := account.Drop(doer)
	if err != nil || !there {
		return a, err
	}
	return withFiles{a, drop}, nil
}

func setting(account provider.Account, name, fallback string) string {
	if text, ok := account.Settings[name]; ok {
		return text
	}
	return fallback
}

// bogota is the zone of every date on the wire.
func bogota() *time.Location { return calendar.Colombia().Zone() }

// Whose account one is says the customer id; both keys are rotated. Tokens come from an address of their own.
func Whose(a provider.Account) map[string]string {
	return a.Named("customer_id", "apify_url")
}

// Profile states the facts of ePayco under this account's contract.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:        Name,
		Networks:    []string{"efecty"},
		Currencies:  []provider.CurrencyRule{{Currency: money.COP, Decimals: 2}},
		QuietPeriod: a.quiet,
		Timeout:     15 * time.Second, // a token, then the call
		SettlesIn:   1,
		Sources: []string{"github.com/epayco: epayco-php and epayco-node (cash), Plugin_ePayco_WooCommerce (signature, states)",
			"unconfirmed: fields of the reply to a voucher and of response.json",
			"no refund and no settlement file are documented"},
		Grounds: grounds(),
	}
}

// token logs in with both keys. Whatever goes wrong here, no voucher was asked for yet.
func (a *Adapter) token(ctx context.Context) (string, error) {
	reply, err := provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: a.apify + "/login", Body: []byte("{}"),
		Header: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(a.public+":"+a.private))}}})
	var granted struct {
		Token string `json:"token"`
	}
	if err == nil {
		err = read(reply, &granted)
	}
	var e *provider.Error
	switch {
	case errors.As(err, &e) && e.Class == provider.Denied:
		return "", e
	case err != nil:
		return "", &provider.Error{Class: provider.NotSent, Note: "no token", Err: err}
	case granted.Token == "":
		return "", &provider.Error{Class: provider.NotSent, Note: "a token answer without a token"}
	}
	return granted.Token, nil
}

// read decodes a good answer; any other is what codes.go says of it. Refusals may come with HTTP 200.
func read(reply provider.Reply, into any) error {
	var refusal struct {
		Error string `json:"error"`
	}
	if provider.DecodeJSON(reply.Body, &refusal) == nil && refusal.Error != "" {
		code, _, _ := strings.Cut(refusal.Error, ":")
		return Codes().Error(reply.Status, code).Saying(provider.Prose(refusal.Error))
	}
	if reply.Status != http.StatusOK && reply.Status != http.StatusCreated {
		return Codes().Error(reply.Status, "")
	}
	if err := provider.DecodeJSON(reply.Body, into); err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// answer is the envelope of a voucher and of a question.
type answer struct {
	Success bool            `json:"success"`
	Data    json.RawMessage `json:"data"`
}

// data decodes what a good answer holds.
func data(reply provider.Reply, into any) error {
	var an answer
	if err := read(reply, &an); err != nil {
		return err
	}
	if !an.Success {
		return unreadable("ePayco says that it did not succeed, which is not documented to prove anything")
	}
	if err := provider.DecodeJSON(an.Data, into); err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// whole prints an amount without zeros that carry nothing: "20000", as the samples have it.
func (a *Adapter) whole(amount money.Amount) (string, error) {
	text, err := a.Profile().Wire(amount)
	if err != nil {
		return "", fmt.Errorf("value: %w", err)
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), "."), nil
}
