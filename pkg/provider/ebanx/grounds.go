package ebanx

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment currencies", Source: "docs.ebanx.com: payment type codes", Confirmed: true},
		{Facts: "read_payment cancel_payment refund partial_refunds several_refunds read_status", Source: "github.com/ebanx/benjamin and docs.ebanx.com: ws/query, ws/cancel, ws/refund", Confirmed: true},
		{Facts: "webhook", Source: "classic notification, unsigned: it only says what to ask for; its address carries a token", Confirmed: true},
		{Facts: "honours_idempotency refund_window_days", Source: "not documented: account settings idempotent, refund_days"},
		{Facts: "read_settlement fetch_settlement settles_in_business_days", Source: "docs.ebanx.com: reports, in part; the rest are account settings; T+1 assumed"},
	}
}
