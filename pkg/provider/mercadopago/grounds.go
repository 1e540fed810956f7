package mercadopago

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment read_payment cancel_payment", Source: "mercadopago/sdk-go v1.14 and devsite-docs: payments, payment methods", Confirmed: true},
		{Facts: "currencies", Source: "whole pesos in Colombia are assumed"},
		{Facts: "refund partial_refunds several_refunds", Source: "mercadopago.com.pe/developers: refunds reference; the report glossary says whole payments only for Peru", Confirmed: true},
		{Facts: "read_status", Source: "mercadopago/sdk-go v1.14: the refunds of a payment; they carry no reference of ours", Confirmed: true},
		{Facts: "honours_idempotency", Source: "developers pages on X-Idempotency-Key; how long is the account setting promise_hours"},
		{Facts: "webhook", Source: "mercadopago/devsite-docs: webhooks", Confirmed: true},
		{Facts: "refund_window_days", Source: "180 days from hearsay: the account setting refund_days"},
		{Facts: "read_settlement fetch_settlement", Source: "mercadopago/devsite-docs: account money report (glossary, api)", Confirmed: true},
		{Facts: "settles_in_business_days", Source: "T+1 assumed"},
	}
}
