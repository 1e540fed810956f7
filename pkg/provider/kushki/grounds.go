package kushki

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment currencies", Source: "api-docs.kushkipagos.com: cash/v1/charges/init", Confirmed: true},
		{Facts: "payout", Source: "api-docs.kushkipagos.com: payouts/transfer/v1/tokens; the path of the transfer is the account setting transfer_path"},
		{Facts: "webhook", Source: "docs.kushki.com: webhooks", Confirmed: true},
		{Facts: "refund_window_days partial_refunds several_refunds", Source: "no refund of cash is documented: in Colombia one leaves as a transfer, which knows no payment and no window", Confirmed: true},
		{Facts: "honours_idempotency", Source: "not documented, so not relied upon"},
		{Facts: "read_settlement fetch_settlement settles_in_business_days", Source: "no file is documented: account settings; T+1 assumed"},
	}
}
