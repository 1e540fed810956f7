package api

import (
	"net/http"

	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/provider"
)

type providerAnswer struct {
	Provider     string             `json:"provider"`
	Account      string             `json:"account"`
	Store        string             `json:"store"`
	Default      bool               `json:"default"`
	Network      string             `json:"network"` // of this account
	Networks     []string           `json:"networks"`
	Abilities    []provider.Ability `json:"abilities"`
	Currencies   []currencyAnswer   `json:"currencies"`
	RefundWindow int                `json:"refund_window_days"`
	Partial      bool               `json:"partial_refunds"`
	Several      bool               `json:"several_refunds"`
	Idempotent   bool               `json:"honours_idempotency"`
	PromiseHours *int               `json:"idempotency_hours"` // null = no end is stated, or nothing is promised
	Routes       []string           `json:"routes"`
	QuietSeconds int                `json:"quiet_period_seconds"`
	SettlesIn    int                `json:"settles_in_business_days"`
	Sources      []string           `json:"sources"`
	Facts        []provider.Known   `json:"facts"`
}

type currencyAnswer struct {
	Currency string `json:"currency"`
	Decimals int    `json:"decimals"`
	Minimum  *int64 `json:"minimum_disbursement"`
	Maximum  *int64 `json:"maximum_disbursement"`
	PayMin   *int64 `json:"minimum_payment"`
	PayMax   *int64 `json:"maximum_payment"`
}

// providersAnswer is a list, with the gateways that are not in it and why.
type providersAnswer struct {
	page
	NotCarried []provider.Absent `json:"not_carried"`
}

// providers tells what each account of the merchant can really do.
func (s *Server) providers(r *http.Request, c request.Caller) (any, error) {
	out := providersAnswer{page: page{Data: []any{}}, NotCarried: provider.NotCarried()}
	for _, shop := range c.Merchant.Stores {
		for i, a := range shop.Accounts {
			client, err := s.Clients.Client(r.Context(), a.Account)
			if err != nil {
				return nil, err
			}
			out.Data = append(out.Data, describe(client, shop.ID, i == 0))
		}
	}
	return out, nil
}

func describe(client *provider.Client, shop string, first bool) providerAnswer {
	p := client.Profile()
	a := providerAnswer{Provider: p.Name, Account: client.Account().ID, Store: shop, Default: first, Network: client.Account().Network, Networks: p.Networks,
		Abilities: []provider.Ability{}, Routes: []string{}, RefundWindow: p.RefundWindow, Partial: p.PartialOK, Several: p.SeveralOK,
		Idempotent: p.Idempotent, QuietSeconds: int(p.QuietPeriod.Seconds()), SettlesIn: p.SettlesIn, Sources: p.Sources, Facts: client.Known()}
	for _, ability := range provider.Abilities() {
		if client.Can(ability) {
			a.Abilities = append(a.Abilities, ability)
		}
	}
	for _, route := range p.Routes {
		a.Routes = append(a.Routes, string(route))
	}
	if p.Idempotent && p.PromiseFor > 0 {
		hours := int(p.PromiseFor.Hours())
		a.PromiseHours = &hours
	}
	for _, rule := range p.Currencies {
		a.Currencies = append(a.Currencies, currencyAnswer{string(rule.Currency), rule.Decimals, limit(rule.Min), limit(rule.Max), limit(rule.PayMin), limit(rule.PayMax)})
	}
	return a
}

func limit(minor int64) *int64 {
	if minor == 0 {
		return nil
	}
	return &minor
}
