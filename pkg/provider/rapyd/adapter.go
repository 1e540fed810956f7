// Package rapyd talks to Rapyd, which carries cash networks under codes that each account must look up. Every call and
// every webhook is signed with the base64 of a hex text; a webhook's signature covers the whole address it is sent to.
package rapyd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// Name of the provider.
const Name = "rapyd"

// Adapter is one account at Rapyd, on one of the networks it carries.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	clock      provider.Clock
	access     string
	secret     string
	address    string // the notification address as it is configured at Rapyd
	market     market
	method     string // code of the payment method; empty = looked up
	fields     []field
	methods    methods
	idempotent bool
	window     int64 // days
	quiet      time.Duration
	layout     csvsettlement.Layout
}

// market is what differs between the countries.
type market struct {
	country  string
	currency money.Currency
}

func marketOf(network string) (market, bool) {
	switch network {
	case "efecty":
		return market{"CO", money.COP}, true
	case "pagoefectivo":
		return market{"PE", money.PEN}, true
	}
	return market{}, false
}

// withFiles is an adapter whose account names a place from which its settlement files can be fetched.
type withFiles struct {
	*Adapter
	provider.Drop
}

// New makes the adapter of an account. Credentials: access_key, secret_key; the webhook secrets are secret keys too.
// Settings: notification_url (as configured at Rapyd: it is part of what is signed), method (looked up), method_fields
// (none; "wire=name; wire=email; …"), idempotent (true), refund_days (0 = none), quiet_minutes (10), settlement_url (none;
// see provider.Account.Drop) and those of csvsettlement.Configure.
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock, address: account.Settings["notification_url"], method: account.Settings["method"]}
	var err error
	if a.access, err = account.Need("access_key"); err != nil {
		return nil, err
	}
	if a.secret, err = account.Need("secret_key"); err != nil {
		return nil, err
	}
	carried := false
	if a.market, carried = marketOf(account.Network); !carried {
		return nil, fmt.Errorf("no market for the network %q", account.Network)
	}
	if a.address == "" {
		return nil, fmt.Errorf("setting %q is missing: Rapyd signs the address it calls", "notification_url")
	}
	if a.fields, err = fieldsOf(account.Settings["method_fields"]); err != nil {
		return nil, err
	}
	if a.idempotent, err = account.Flag("idempotent", true); err != nil {
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
	if a.layout, err = csvsettlement.Configure(account.Settings, csvsettlement.Layout{Zone: zone(account.Network)}); err != nil {
		return nil, err
	}
	drop, there, err := account.Drop(doer)
	if err != nil || !there {
		return a, err
	}
	return withFiles{a, drop}, nil
}

// Whose account one is says the access key, which names the caller; the secret key is rotated.
func Whose(a provider.Account) map[string]string {
	return a.Named("access_key")
}

// Profile states the facts of Rapyd under this account's contract.
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
		Timeout:      15 * time.Second, // a call may be preceded by the look-up of methods
		SettlesIn:    1,
		Sources: []string{"docs.rapyd.net: webhook authentication, refund, list refunds, refund errors, merchant settlement report",
			"github.com/Rapyd-Samples: request signature, payment method types", "whether a payment can be refunded: is_refundable of the method, looked up",
			"settings, because unconfirmed: method, method_fields, refund_days, quiet_minutes; merchant_reference_id as a filter of lists"},
		Grounds: grounds(),
	}
}

// call makes a signed exchange. key is the idempotency key; empty for questions.
func (a *Adapter) call(ctx context.Context, method, path string, body any, key string) (provider.Reply, error) {
	raw, err := encode(body)
	if err != nil {
		return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
	}
	now := a.clock.Now()
	stamp := strconv.FormatInt(now.Unix(), 10)
	salt := saltOf(now, method, path, raw)
	header := http.Header{"Access_key": {a.access}, "Salt": {salt}, "Timestamp": {stamp},
		"Signature": {sign(a.secret, strings.ToLower(method), path, salt, stamp, a.access, raw)}}
	if key != "" {
		header["Idempotency"] = []string{key}
	}
	return provider.Exchange(ctx, a.doer, provider.Call{Method: method, URL: a.account.Endpoint + path, Body: raw, Header: header})
}

// encode writes the exact bytes that are signed: no escapes for HTML, no white space, nothing for no body.
func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(body)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

// read decodes the data of a good answer; any other is what codes.go says of it.
func read(reply provider.Reply, data any) error {
	var envelope struct {
		Status struct {
			ErrorCode string         `json:"error_code"`
			Status    string         `json:"status"`
			Message   provider.Prose `json:"message"`
		} `json:"status"`
		Data json.RawMessage `json:"data"`
	}
	err := provider.DecodeJSON(reply.Body, &envelope)
	if err == nil && (reply.Status != http.StatusOK || envelope.Status.Status != "SUCCESS") {
		return Codes().Error(reply.Status, envelope.Status.ErrorCode).Saying(envelope.Status.Message)
	}
	if err == nil {
		err = provider.DecodeJSON(envelope.Data, data)
	}
	if err != nil {
		return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
	}
	return nil
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// number prints an amount without zeros that carry nothing: what is signed must survive being read as a number.
func (a *Adapter) number(amount money.Amount) (json.Number, error) {
	text, err := a.Profile().Wire(amount)
	return json.Number(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), err
}

// instant reads Unix seconds; zero for none.
func instant(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
