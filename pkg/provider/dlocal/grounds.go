package dlocal

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment currencies", Source: "docs.dlocal.com: colombia, peru (payment_method_id EY and EF, decimals)", Confirmed: true},
		{Facts: "read_payment refund partial_refunds", Source: "docs.dlocal.com: refunds, make-a-refund, the-refund-object", Confirmed: true},
		{Facts: "several_refunds", Source: "follows from partial refunds; no page says how many"},
		{Facts: "read_status", Source: "docs.dlocal.com: retrieve-order-refund; the path is the account setting refund_lookup"},
		{Facts: "honours_idempotency", Source: "dLocal documentation of February 2019: error 5011 for an order_refund_id that is there", Confirmed: true},
		{Facts: "webhook", Source: "docs.dlocal.com: receive-notifications, payins-security", Confirmed: true},
		{Facts: "refund_window_days", Source: "not in the pages read: the account setting refund_days"},
		{Facts: "read_settlement fetch_settlement settles_in_business_days", Source: "columns are not public: account settings settlement_url and those of the columns; T+1 assumed"},
	}
}
