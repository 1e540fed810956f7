// Package kushki talks to Kushki, whose cash agreements reach Efecty in Colombia and PagoEfectivo's agents in Peru. It
// documents no refund of cash: money goes back as a transfer to the buyer's bank account, in Colombia. Nothing can be
// asked by our reference, so what is known is what its signed webhooks say.
package kushki

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// Name of the provider.
const Name = "kushki"

// Adapter is one account at Kushki, on one of the networks it reaches.
type Adapter struct {
	account provider.Account
	doer    provider.Doer
	clock   provider.Clock
	public  string // merchant id for tokens
	private string // merchant id for charges and transfers
	market  market
	notify  string // address of webhooks, sent along; empty = the console's
	mail    string // name of the e-mail field of a transfer
	init    string // path that starts a transfer
	open    bool   // the unsigned {} by which Kushki tries an address is welcome
	quiet   time.Duration
	layout  csvsettlement.Layout
}

// market is what differs between the countries.
type market struct {
	country  string
	currency money.Currency
	transfer bool // money can be sent to bank accounts
}

func marketOf(network string) (market, bool) {
	switch network {
	case "efecty":
		return market{"CO", money.COP, true}, true
	case "pagoefectivo":
		return market{"PE", money.PEN, false}, true
	}
	return market{}, false
}

// New makes the adapter of an account. Credentials: public_merchant_id, private_merchant_id; the webhook secrets are
// Kushki's webhook signatures. Settings: quiet_minutes (10), notification_url (none: the console's), mail_field (email),
// transfer_path (/payouts/transfer/v1/init), open_validation (false), settlement_url (none; see provider.Account.Drop) and
// those of csvsettlement.Configure.
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock, notify: account.Settings["notification_url"],
		mail: setting(account, "mail_field", "email"), init: setting(account, "transfer_path", "/payouts/transfer/v1/init")}
	var err error
	if a.public, err = account.Need("public_merchant_id"); err != nil {
		return nil, err
	}
	if a.private, err = account.Need("private_merchant_id"); err != nil {
		return nil, err
	}
	carried := false
	if a.market, carried = marketOf(account.Network); !carried {
		return nil, fmt.Errorf("no market for the network %q", account.Network)
	}
	if a.open, err = account.Flag("open_validation", false); err != nil {
		return nil, err
	}
	minutes, err := account.Count("quiet_minutes", 10)
	if err != nil {
		return nil, err
	}
	a.quiet = time.Duration(minutes) * time.Minute
	country, err := calendar.ByNetwork(account.Network)
	if err != nil {
		return nil, err
	}
	if a.layout, err = csvsettlement.Configure(account.Settings, csvsettlement.Layout{Zone: country.Zone()}); err != nil {
		return nil, err
	}
	return a.able(doer)
}

func setting(account provider.Account, name, fallback string) string {
	if text, ok := account.Settings[name]; ok {
		return text
	}
	return fallback
}

// What an account can do differs by its country and by where its files lie; each combination declares just that.
type (
	sender struct{ *Adapter }

	withFiles struct {
		*Adapter
		provider.Drop
	}

	senderWithFiles struct {
		sender
		provider.Drop
	}
)

func (a *Adapter) able(doer provider.Doer) (provider.Adapter, error) {
	drop, files, err := a.account.Drop(doer)
	switch {
	case err != nil:
		return nil, err
	case a.market.transfer && files:
		return senderWithFiles{sender{a}, drop}, nil
	case a.market.transfer:
		return sender{a}, nil
	case files:
		return withFiles{a, drop}, nil
	}
	return a, nil
}

// Whose account one is says the public merchant id; the private one is what is kept secret.
func Whose(a provider.Account) map[string]string {
	return a.Named("public_merchant_id")
}

// Profile states the facts of Kushki under this account's contract.
func (a *Adapter) Profile() provider.Profile {
	p := provider.Profile{
		Name:        Name,
		Networks:    []string{"efecty", "pagoefectivo"},
		Currencies:  []provider.CurrencyRule{{Currency: a.market.currency, Decimals: 2}},
		QuietPeriod: a.quiet,
		Timeout:     15 * time.Second, // a token, then the call
		SettlesIn:   1,
		Sources: []string{"api-docs.kushkipagos.com: cash/v1/charges/init, payouts/transfer/v1/tokens", "docs.kushki.com: webhooks, cash error codes",
			"settings, because unconfirmed: fields of cash/v1/tokens, mail_field, transfer_path, the reply to a transfer and its webhook",
			"no refund of cash and no look-up by our reference is documented"},
		Grounds: grounds(),
	}
	if a.market.transfer {
		p.Routes, p.PartialOK, p.SeveralOK = []disbursement.Route{disbursement.BankTransfer}, true, true
	}
	return p
}

// post makes a call with one of the two merchant ids.
func (a *Adapter) post(ctx context.Context, path, header, merchant string, body any) (provider.Reply, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
	}
	return provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: a.account.Endpoint + path, Body: raw,
		Header: http.Header{header: {merchant}}})
}

// token exchanges what is sensitive for a token. Whatever goes wrong here, nothing was handed over yet.
func (a *Adapter) token(ctx context.Context, path string, body any) (string, error) {
	reply, err := a.post(ctx, path, "Public-Merchant-Id", a.public, body)
	var granted struct {
		Token string `json:"token"`
	}
	if err == nil {
		err = read(reply, &granted)
	}
	var e *provider.Error
	switch {
	case errors.As(err, &e) && e.Class == provider.Unknown:
		return "", &provider.Error{Class: provider.NotSent, Code: e.Code, Note: "no token", Said: e.Said, Err: e.Err}
	case err != nil:
		return "", err
	case granted.Token == "":
		return "", &provider.Error{Class: provider.NotSent, Note: "a token answer without a token"}
	}
	return granted.Token, nil
}

// read decodes a good answer; any other is what codes.go says of it.
func read(reply provider.Reply, into any) error {
	if reply.Status != http.StatusOK && reply.Status != http.StatusCreated {
		var refusal struct {
			Code    string         `json:"code"`
			Message provider.Prose `json:"message"`
		}
		if provider.DecodeJSON(reply.Body, &refusal) != nil {
			refusal.Code = ""
		}
		return Codes().Error(reply.Status, refusal.Code).Saying(refusal.Message)
	}
	if err := provider.DecodeJSON(reply.Body, into); err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// number prints an amount as a JSON number without zeros that carry nothing.
func (a *Adapter) number(amount money.Amount) (json.Number, error) {
	text, err := a.Profile().Wire(amount)
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), err
}
