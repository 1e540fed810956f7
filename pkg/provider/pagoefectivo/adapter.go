// Package pagoefectivo talks to PagoEfectivo (Peru) directly. Pay-in follows its documented CIP interface. Its public
// documents know no refund and no settlement file; those follow the contract that codes.go calls S3, which a
// merchant must have agreed with PagoEfectivo.
package pagoefectivo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Name of the provider, and of the network it is.
const Name = "pagoefectivo"

// Adapter is one account at PagoEfectivo.
type Adapter struct {
	account    provider.Account
	doer       provider.Doer
	clock      provider.Clock
	access     string // access key
	secret     string // secret key
	service    int64  // service id
	idempotent bool
	window     int64         // days
	quiet      time.Duration // see provider.Profile
	token      token
}

// New makes the adapter of an account. Credentials: access_key, secret_key, service_id. Settings: idempotent (true),
// refund_days (30), quiet_minutes (10), contact_email and contact_phone (the merchant's, for buyers who gave none).
func New(account provider.Account, doer provider.Doer, clock provider.Clock) (provider.Adapter, error) {
	a := &Adapter{account: account, doer: doer, clock: clock}
	var err error
	if a.access, err = account.Need("access_key"); err != nil {
		return nil, err
	}
	if a.secret, err = account.Need("secret_key"); err != nil {
		return nil, err
	}
	service, err := account.Need("service_id")
	if err != nil {
		return nil, err
	}
	if a.service, err = strconv.ParseInt(service, 10, 64); err != nil {
		return nil, fmt.Errorf("credential %q is not a number", "service_id")
	}
	if a.idempotent, err = account.Flag("idempotent", true); err != nil {
		return nil, err
	}
	if a.window, err = account.Count("refund_days", 30); err != nil {
		return nil, err
	}
	minutes, err := account.Count("quiet_minutes", 10)
	a.quiet = time.Duration(minutes) * time.Minute
	return a, err
}

// Whose account one is says the service id, under which vouchers are issued; both keys are rotated.
func Whose(a provider.Account) map[string]string {
	return a.Named("service_id")
}

// Profile states the facts of PagoEfectivo under this account's contract.
func (a *Adapter) Profile() provider.Profile {
	return provider.Profile{
		Name:     Name,
		Networks: []string{Name},
		Currencies: []provider.CurrencyRule{
			{Currency: money.PEN, Decimals: 2, Min: 1},
			{Currency: money.USD, Decimals: 2, Min: 1},
		},
		Routes:       []disbursement.Route{disbursement.Original},
		RefundWindow: int(a.window),
		PartialOK:    true,
		SeveralOK:    true,
		Idempotent:   a.idempotent,
		QuietPeriod:  a.quiet,
		Timeout:      10 * time.Second,
		SettlesIn:    1,
		Sources: []string{"SPE-ECS Integracion Api CIP 1.1 (2018-11-20)", "PagoEfectivo api-pe-cs-documentation",
			"S3 refund contract (house)"},
		Grounds: grounds(),
	}
}

// lima is the zone of every date on the wire.
func lima() *time.Location { return calendar.Peru().Zone() }

// call makes an authorised exchange.
func (a *Adapter) call(ctx context.Context, method, path string, body any, limited bool) (provider.Reply, error) {
	bearer, err := a.bearer(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	var raw []byte
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return provider.Reply{}, &provider.Error{Class: provider.NotSent, Note: "the request cannot be written"}
		}
	}
	return provider.Exchange(ctx, a.doer, provider.Call{Method: method, URL: a.account.Endpoint + path, Body: raw,
		Limited: limited, Header: http.Header{
			"Authorization":   {"Bearer " + bearer},
			"Origin":          {"web"},
			"Accept-Language": {"es-PE"},
		}})
}

// unreadable is an answer that proves nothing.
func unreadable(note string) error { return &provider.Error{Class: provider.Unknown, Note: note} }
