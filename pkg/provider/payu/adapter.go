// Package payu talks to PayU Latam, which carries Efecty in Colombia and PagoEfectivo in Peru. Its REFUND is a request that
// people review, knows no reference and is not meant for cash; what PayU advises for cash is a payout from the PayU balance
// to the buyer's bank, which it offers in Colombia.
package payu

import (
	"context"
	"encoding/json"
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
const Name = "payu"

// Adapter is one account at PayU, on one of the networks it carries. It issues vouchers; see payer for payouts.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	clock      provider.Clock
	login      string
	key        string
	merchant   string
	accountID  string
	publicKey  string
	market     market
	country    calendar.Country
	notify     string
	transfers  string // base URL of the Payouts API
	hmac       bool   // confirmations are signed by HMAC-SHA256 instead of MD5
	least      int64  // of a voucher, minor units; 0 = none
	most       int64
	idempotent bool
	window     int64 // days
	quiet      time.Duration
	layout     csvsettlement.Layout
	token      token
}

// market is what differs between the countries.
type market struct {
	code     string
	method   string
	currency money.Currency
	least    int64
	most     int64
	payouts  bool
	leastOut int64 // of a payout
}

// marketOf is the market of a network; false if PayU does not carry it.
func marketOf(network string) (market, bool) {
	switch network {
	case "efecty":
		return market{"CO", "EFECTY", money.COP, 20_000_00, 6_000_000_00, true, 100_00}, true
	case "pagoefectivo":
		return market{"PE", "PAGOEFECTIVO", money.PEN, 0, 0, false, 1_00}, true
	}
	return market{}, false
}

// What an adapter can do depends on the account: a type for each, because implementing is declaring.
type (
	payer     struct{ *Adapter }
	withFiles struct {
		*Adapter
		provider.Drop
	}
	payerWithFiles struct {
		payer
		provider.Drop
	}
)

// New makes the adapter of an account. Credentials: api_login, api_key, merchant_id, account_id, and public_key where it
// makes payouts. Settings: payouts (true in Colombia, false in Peru), payouts_url, confirmation (md5, or hmac), payment_min
// and payment_max (minor units of a voucher), idempotent (false), refund_days (357), quiet_minutes (10), notification_url
// (none), settlement_url (none; see provider.Account.Drop), and those of csvsettlement.Configure.
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock, notify: account.Settings["notification_url"]}
	carried := false
	if a.market, carried = marketOf(account.Network); !carried {
		return nil, fmt.Errorf("PayU does not carry the network %q", account.Network)
	}
	payouts, err := account.Flag("payouts", a.market.payouts)
	if err != nil {
		return nil, err
	}
	if err := a.credentials(payouts); err != nil {
		return nil, err
	}
	if err := a.settings(); err != nil {
		return nil, err
	}
	drop, files, err := account.Drop(doer)
	switch {
	case err != nil:
		return nil, err
	case payouts && files:
		return payerWithFiles{payer{a}, drop}, nil
	case payouts:
		return payer{a}, nil
	case files:
		return withFiles{a, drop}, nil
	}
	return a, nil
}

func (a *Adapter) credentials(payouts bool) error {
	for _, c := range []struct {
		name string
		into *string
	}{{"api_login", &a.login}, {"api_key", &a.key}, {"merchant_id", &a.merchant}, {"account_id", &a.accountID}, {"public_key", &a.publicKey}} {
		value, err := a.account.Need(c.name)
		if err != nil && (payouts || c.name != "public_key") {
			return err
		}
		*c.into = value
	}
	return nil
}

func (a *Adapter) settings() error {
	var err error
	if a.country, err = calendar.ByNetwork(a.account.Network); err != nil {
		return err
	}
	if a.transfers = a.account.Settings["payouts_url"]; a.transfers == "" {
		a.transfers = transfersBeside(a.account.Endpoint)
	}
	switch a.account.Settings["confirmation"] {
	case "", "md5":
	case "hmac":
		a.hmac = true
	default:
		return fmt.Errorf("setting %q must be md5 or hmac", "confirmation")
	}
	if a.idempotent, err = a.account.Flag("idempotent", false); err != nil {
		return err
	}
	var minutes int64
	for _, c := range []struct {
		name     string
		fallback int64
		into     *int64
	}{{"payment_min", a.market.least, &a.least}, {"payment_max", a.market.most, &a.most}, {"refund_days", 357, &a.window}, {"quiet_minutes", 10, &minutes}} {
		if *c.into, err = a.account.Count(c.name, c.fallback); err != nil {
			return err
		}
	}
	a.quiet = time.Duration(minutes) * time.Minute
	a.layout, err = csvsettlement.Configure(a.account.Settings, csvsettlement.Layout{Zone: a.country.Zone()})
	return err
}

// transfersBeside is where the Payouts API stands beside the payments API.
func transfersBeside(endpoint string) string {
	switch endpoint {
	case "https://api.payulatam.com":
		return "https://transfers.payulatam.com"
	case "https://sandbox.api.payulatam.com":
		return "https://sandbox-transfers.payulatam.com"
	}
	return endpoint
}

// Whose account one is say its ids and the login, by which alone a question is answered; both keys are rotated. Payouts
// have an address of their own.
func Whose(a provider.Account) map[string]string {
	return a.Named("merchant_id", "account_id", "api_login", "payouts_url")
}

// Profile states the facts of PayU for an account that makes no payouts: it has no road back, and so promises none.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:        Name,
		Networks:    []string{"efecty", "pagoefectivo"},
		Currencies:  []provider.CurrencyRule{{Currency: a.market.currency, Decimals: 2, PayMin: a.least, PayMax: a.most}},
		QuietPeriod: a.quiet,
		Timeout:     10 * time.Second,
		SettlesIn:   1,
		Sources: []string{"developers.payulatam.com: payments API Colombia and Peru, refunds API, queries API, payouts API, confirmation page, payouts (variables in the notifications)",
			"active_merchant payu_latam", "its REFUND is a manual review without reference: not a road of ours",
			"unconfirmed, account settings: payouts outside Colombia, refund_days of payouts, settlement_url and the columns of its files",
			"unconfirmed: that CONFIRMED_BY_THE_BANK is notified, T+1; no call tells how a payout stands, so a lost reply is a person's"},
		Grounds: grounds(),
	}
}

// Profile of an account that makes payouts: a refund leaves as one.
func (p payer) Profile() provider.Profile {
	profile := p.Adapter.Profile()
	profile.Routes = []disbursement.Route{disbursement.BankTransfer}
	profile.Currencies[0].Min = p.market.leastOut
	profile.RefundWindow, profile.PartialOK, profile.SeveralOK, profile.Idempotent = int(p.window), true, true, p.idempotent
	return profile
}

// text prints an amount as it is sent and signed: without decimals where there are no cents.
func (a *Adapter) text(amount money.Amount) (string, error) {
	text, err := a.Profile().Wire(amount)
	return strings.TrimSuffix(text, ".00"), err
}

// post sends JSON and asks for JSON back: PayU speaks XML as well.
func (a *Adapter) post(ctx context.Context, url string, body any, header http.Header) (provider.Reply, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
	}
	if header == nil {
		header = http.Header{}
	}
	header.Set("Accept", "application/json")
	header.Set("Content-Type", "application/json")
	return provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: url, Body: raw, Header: header})
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }
