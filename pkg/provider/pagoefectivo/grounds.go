package pagoefectivo

import "github.com/vuelto/vuelto/pkg/provider"

// grounds tell of each fact in the profile where it is known from.
func grounds() []provider.Ground {
	return []provider.Ground{
		provider.TheQuietPeriod(),
		{Facts: "create_payment read_payment cancel_payment extend_payment currencies", Source: "SPE-ECS Integracion Api CIP 1.1 (2018-11-20) and api-pe-cs-documentation", Confirmed: true},
		{Facts: "webhook", Source: "SPE-ECS Integracion Api CIP 1.1: cip.paid; events about refunds are of the house contract", Confirmed: true},
		{Source: "house contract: no public document has a refund, a look-up of one or a settlement file"},
	}
}
