package efecty

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// CashOut is an account whose cash is handed out through D24, which reaches Efecty's counters and those of Punto Red by a
// bank code. It pays persons and issues no vouchers. The person collects with a document: there is no cash code.
type CashOut struct {
	account    provider.Account
	doer       provider.Doer
	login      string
	pass       string
	secret     string
	counter    string // bank code
	address    string
	notify     string
	decimals   int
	least      int64 // minor units of one cash-out; 0 = none
	most       int64
	idempotent bool
	quiet      time.Duration
	layout     csvsettlement.Layout
}

// The counters that D24 names by a bank code (docs.d24.com, cashouts of Colombia).
const (
	counterEfecty   = "10003" // bank_account must be an empty text
	counterPuntoRed = "10006" // bank_account is the phone, and an e-mail address is wanted
)

// newCashOut makes the adapter of an account with the setting through = d24. Credentials: login, pass, secret (the API
// signature). Settings: notification_url and address (of those who are paid, which D24 wants and nobody asks them for),
// bank_code (10003), cents (false: whole pesos), cash_min and cash_max (minor units; none), idempotent (true),
// quiet_minutes (10), and those of csvsettlement.Configure.
func newCashOut(account provider.Account, doer provider.Doer) (provider.Adapter, error) {
	a := &CashOut{account: account, doer: doer, counter: account.Settings["bank_code"], notify: account.Settings["notification_url"], address: account.Settings["address"]}
	var err error
	for _, c := range []struct {
		name string
		into *string
	}{{"login", &a.login}, {"pass", &a.pass}, {"secret", &a.secret}} {
		if *c.into, err = account.Need(c.name); err != nil {
			return nil, err
		}
	}
	switch {
	case a.notify == "":
		return nil, fmt.Errorf("setting %q is missing: D24 takes no cash-out without it", "notification_url")
	case a.address == "":
		return nil, fmt.Errorf("setting %q is missing: D24 wants an address of whom it pays", "address")
	case a.counter == "":
		a.counter = counterEfecty
	case a.counter != counterEfecty && a.counter != counterPuntoRed:
		return nil, fmt.Errorf("setting %q must be %s (Efecty) or %s (Punto Red)", "bank_code", counterEfecty, counterPuntoRed)
	}
	cents, err := account.Flag("cents", false)
	if err != nil {
		return nil, err
	}
	if cents {
		a.decimals = 2
	}
	if a.idempotent, err = account.Flag("idempotent", true); err != nil {
		return nil, err
	}
	var minutes int64
	for _, c := range []struct {
		name     string
		fallback int64
		into     *int64
	}{{"cash_min", 0, &a.least}, {"cash_max", 0, &a.most}, {"quiet_minutes", 10, &minutes}} {
		if *c.into, err = account.Count(c.name, c.fallback); err != nil {
			return nil, err
		}
	}
	a.quiet = time.Duration(minutes) * time.Minute
	a.layout, err = csvsettlement.Configure(account.Settings, csvsettlement.Layout{Zone: calendar.Colombia().Zone()})
	return a, err
}

// Profile states the facts of cash-outs through D24.
func (a *CashOut) Profile() provider.Profile {
	return provider.Profile{
		Name:        Name,
		Networks:    []string{Name},
		Currencies:  []provider.CurrencyRule{{Currency: money.COP, Decimals: a.decimals, Min: a.least, Max: a.most}},
		Routes:      []disbursement.Route{disbursement.CashWithdrawal},
		PartialOK:   true,
		SeveralOK:   true,
		Idempotent:  a.idempotent,
		QuietPeriod: a.quiet,
		Timeout:     10 * time.Second,
		SettlesIn:   1,
		Sources: []string{"docs.d24.com: cashouts of Colombia, create a cashout, get a cashout status, notifications, calculating the payload signature, API codes",
			"unconfirmed, account settings: bank_code, cents, cash_min, cash_max, address, the columns of its files; T+1, the quiet period"},
		Grounds: []provider.Ground{
			provider.TheQuietPeriod(),
			{Facts: "cash_refund payout read_status webhook", Source: "docs.d24.com: cashouts of Colombia, create a cashout, get a cashout status, notifications", Confirmed: true},
			{Facts: "currencies", Source: "docs.d24.com: at most two decimals; whole pesos and both limits are account settings"},
			{Facts: "honours_idempotency", Source: "docs.d24.com, API codes: 511 for an external id that is there", Confirmed: true},
			{Facts: "refund_window_days partial_refunds several_refunds", Source: "docs.d24.com: a cash-out knows no payment, and so neither a window nor parts", Confirmed: true},
			{Source: "columns of files are not public: account settings; T+1 assumed"},
		},
	}
}

// signatureOfCashOut is the lower-case hex HMAC-SHA256 of the body as it is sent.
const signatureOfCashOut = "Payload-Signature"

// call makes a signed exchange.
func (a *CashOut) call(ctx context.Context, path string, body any) (provider.Reply, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
	}
	return provider.Exchange(ctx, a.doer, provider.Call{Method: http.MethodPost, URL: a.account.Endpoint + path, Body: raw,
		Header: http.Header{signatureOfCashOut: {provider.Sign(a.secret, raw)}}})
}

// ReadSettlement reads a file as the account's settings describe it.
func (a *CashOut) ReadSettlement(file io.Reader) iter.Seq2[settlement.Row, error] {
	return csvsettlement.Read(file, a.layout)
}
