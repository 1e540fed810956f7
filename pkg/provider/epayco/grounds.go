package epayco

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment currencies", Source: "github.com/epayco: epayco-php and epayco-node (cash)", Confirmed: true},
		{Facts: "read_payment", Source: "github.com/epayco: response.json by ref_payco; the fields of its answer are assumed"},
		{Facts: "webhook", Source: "github.com/epayco: Plugin_ePayco_WooCommerce (signature, states)", Confirmed: true},
		{Facts: "refund_window_days partial_refunds several_refunds honours_idempotency", Source: "no refund is documented", Confirmed: true},
		{Facts: "read_settlement fetch_settlement settles_in_business_days", Source: "no file is documented: account settings; T+1 assumed"},
	}
}
