// Package efecty talks to Efecty (Colombia) directly: vouchers, refunds as cash at a counter, and payouts. Efecty publishes
// no interface, so the wire format is a house contract, the one a merchant's agreement would have to be mapped onto:
// JSON both ways, whole pesos, every call signed. An account may hand its cash out through D24 instead: see CashOut.
package efecty

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
)

// Name of the provider, and of the network it is.
const Name = "efecty"

// leastCash is the smallest cash withdrawal: COP 10,000.
const leastCash = 10_000_00

// Adapter is one account at Efecty.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	clock      provider.Clock
	merchant   string
	terminal   string
	secret     string
	idempotent bool
	window     int64 // days
	most       int64 // minor units of one disbursement; 0 = none stated
	quiet      time.Duration
}

// New makes the adapter of an account. Credentials: merchant_id, terminal_id, secret. Settings: through (none: Efecty itself;
// d24: see newCashOut), idempotent (false), refund_days (15), cash_max in minor units (0 = none), quiet_minutes (10).
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	switch account.Settings["through"] {
	case "":
	case "d24":
		return newCashOut(account, doer)
	default:
		return nil, fmt.Errorf("setting %q must be d24, or not there", "through")
	}
	a := &Adapter{account: account, doer: doer, clock: clock}
	var err error
	for _, c := range []struct {
		name string
		into *string
	}{{"merchant_id", &a.merchant}, {"terminal_id", &a.terminal}, {"secret", &a.secret}} {
		if *c.into, err = account.Need(c.name); err != nil {
			return nil, err
		}
	}
	if a.idempotent, err = account.Flag("idempotent", false); err != nil {
		return nil, err
	}
	if a.window, err = account.Count("refund_days", 15); err != nil {
		return nil, err
	}
	if a.most, err = account.Count("cash_max", 0); err != nil {
		return nil, err
	}
	minutes, err := account.Count("quiet_minutes", 10)
	a.quiet = time.Duration(minutes) * time.Minute
	return a, err
}

// Whose account one is say the ids, with D24 its login, and which of the two the account goes through: they have books of
// their own.
func Whose(a provider.Account) map[string]string {
	return a.Named("through", "merchant_id", "terminal_id", "login")
}

// Profile states the facts of Efecty under this account's contract.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:         Name,
		Networks:     []string{Name},
		Currencies:   []provider.CurrencyRule{{Currency: money.COP, Decimals: 0, Min: leastCash, Max: a.most}},
		Routes:       []disbursement.Route{disbursement.CashWithdrawal},
		RefundWindow: int(a.window),
		PartialOK:    true,
		SeveralOK:    true,
		Idempotent:   a.idempotent,
		QuietPeriod:  a.quiet,
		Timeout:      10 * time.Second,
		SettlesIn:    1,
		Sources:      []string{"house contract: Efecty publishes no interface"},
		Grounds:      grounds(),
	}
}

// Headers of both directions. The signature is the hex HMAC-SHA256 of the joined lines: of a call timestamp, method, path
// with query and body; of a webhook timestamp and body, because a webhook's path changes on its way to us.
const (
	merchantHeader  = "X-Merchant-Id"
	terminalHeader  = "X-Terminal-Id"
	timestampHeader = "X-Timestamp"
	signatureHeader = "X-Signature"
)

// call makes a signed exchange.
func (a *Adapter) call(ctx context.Context, method, path string, body any, limit int64) (provider.Reply, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
		}
	}
	stamp := a.clock.Now().UTC().Format(time.RFC3339)
	signature := provider.Sign(a.secret, []byte(stamp+"\n"+method+"\n"+path+"\n"), raw)
	return provider.Exchange(ctx, a.doer, provider.Call{Method: method, URL: a.account.Endpoint + path, Body: raw,
		Limited: true, Cap: limit, Header: http.Header{
			merchantHeader:  {a.merchant},
			terminalHeader:  {a.terminal},
			timestampHeader: {stamp},
			signatureHeader: {signature},
		}})
}

// read decodes a reply that may be good with one of some statuses; any other is what codes.go says of it.
func read(reply provider.Reply, into any, good ...int) error {
	for _, status := range good {
		if reply.Status != status {
			continue
		}
		if err := provider.DecodeJSON(reply.Body, into); err != nil {
			return &provider.Error{Class: provider.Unknown, Note: "the answer cannot be read", Err: err}
		}
		return nil
	}
	refused := refusalOf(reply)
	return Codes().Error(reply.Status, refused.Code).Saying(refused.Message)
}

// refusal is the body of an answer that is not good.
type refusal struct {
	Code    string         `json:"code"`
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
func codeOf(reply provider.Reply) string { return refusalOf(reply).Code }

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }

// pesos prints an amount as the wire has it: a JSON number of whole pesos.
func (a *Adapter) pesos(amount money.Amount) (json.Number, error) {
	text, err := a.Profile().Wire(amount)
	return json.Number(text), err
}

// minorOf reads whole pesos; a fraction is refused, because the wire has none.
func minorOf(n json.Number) (int64, error) {
	if strings.Contains(n.String(), ".") {
		return 0, money.ErrPrecision
	}
	return provider.Minor(n, money.COP)
}

func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC(), err
}
