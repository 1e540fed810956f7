package payu

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment read_payment currencies", Source: "developers.payulatam.com: payments API Colombia and Peru, queries API", Confirmed: true},
		{Facts: "payout partial_refunds several_refunds", Source: "developers.payulatam.com: payouts API, which PayU advises for cash; its REFUND is a manual review", Confirmed: true},
		{Facts: "webhook", Source: "developers.payulatam.com: confirmation page, notifications of payouts", Confirmed: true},
		{Facts: "refund_window_days", Source: "developers.payulatam.com: 357 days of its own REFUND; of payouts none is stated: the account setting refund_days"},
		{Facts: "honours_idempotency", Source: "no idempotency key is documented, so none is relied upon", Confirmed: true},
		{Facts: "read_settlement fetch_settlement settles_in_business_days", Source: "headers are not public: account settings settlement_url and those of the columns; T+1 assumed"},
	}
}
