package rapyd

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment read_payment cancel_payment currencies", Source: "github.com/Rapyd-Samples: payments, payment method types; the method is looked up", Confirmed: true},
		{Facts: "refund partial_refunds several_refunds", Source: "docs.rapyd.net: refund; whether a method can be refunded is looked up", Confirmed: true},
		{Facts: "read_status", Source: "docs.rapyd.net: list refunds; the filter by merchant_reference_id is assumed"},
		{Facts: "honours_idempotency webhook", Source: "docs.rapyd.net: request headers, webhook authentication", Confirmed: true},
		{Facts: "refund_window_days", Source: "not in the pages read: the account setting refund_days"},
		{Facts: "read_settlement fetch_settlement settles_in_business_days", Source: "docs.rapyd.net: merchant settlement report exists; its columns are account settings; T+1 assumed"},
	}
}
