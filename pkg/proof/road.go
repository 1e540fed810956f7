package proof

import (
	"math/rand/v2"
	"slices"

	"github.com/vuelto/vuelto/pkg/provider"
)

// road is a provider on a network, and what it can give back there.
type road struct {
	provider, network string
	route             string // asked for by name; empty = the rules choose
	silent            bool   // it takes cash and gives none back
	whole             bool   // it gives back whole payments only
	bank              bool   // it pays to bank accounts only
	exact             bool   // its counters take no more and no less than the voucher says
}

// directRoads are the networks themselves, which most orders go through.
func directRoads() []road {
	return []road{{provider: "efecty", network: "efecty"}, {provider: "pagoefectivo", network: "pagoefectivo"}}
}

// carriedRoads are the gateways, on each network they carry.
func carriedRoads() []road {
	const co, pe = "efecty", "pagoefectivo"
	return []road{
		{provider: "dlocal", network: co, route: "original"}, {provider: "dlocal", network: pe, route: "original"},
		{provider: "mercadopago", network: co, route: "original"}, {provider: "mercadopago", network: pe, route: "original", whole: true},
		{provider: "ebanx", network: co, route: "original", exact: true}, {provider: "ebanx", network: pe, route: "original", exact: true},
		{provider: "rapyd", network: co, route: "original", exact: true}, {provider: "rapyd", network: pe, route: "original", exact: true},
		{provider: "payu", network: co, route: "bank_transfer", bank: true}, {provider: "payu", network: pe, silent: true},
		{provider: "kushki", network: co, route: "bank_transfer", bank: true, exact: true}, {provider: "kushki", network: pe, silent: true, exact: true},
		{provider: "epayco", network: co, silent: true, exact: true},
	}
}

// gateways carry the networks for others.
func gateways() []string {
	return []string{"dlocal", "mercadopago", "ebanx", "rapyd", "payu", "kushki", "epayco"}
}

// carriers are the gateways of a world among so many. An account costs a question an hour for its settlement file, so that
// where there are several worlds each has its share of them; four worlds have them all.
func (o Options) carriers(world int) []string {
	if o.Direct || o.Gateways != nil {
		return o.Gateways
	}
	var all []string
	shares := min(4, len(worlds(o.N)))
	for i, name := range gateways() {
		if i%shares == world%shares {
			all = append(all, name)
		}
	}
	return all
}

// through leaves of some roads those through given providers, and the networks' own.
func through(roads []road, carriers []string) []road {
	return slices.DeleteFunc(roads, func(x road) bool { return x.provider != x.network && !slices.Contains(carriers, x.provider) })
}

// choose draws an order's road: two of three are sold through the network itself.
func choose(r *rand.Rand, carriers []string) road {
	roads := directRoads()
	if r.IntN(3) == 0 && len(carriers) > 0 {
		roads = through(carriedRoads(), carriers)
	}
	return roads[r.IntN(len(roads))]
}

// payoutRoads pay people who bought nothing: at a counter mostly, else into a bank account.
func payoutRoads(carriers []string) []road {
	counter := road{provider: "efecty", network: "efecty"}
	return through([]road{counter, counter, counter, {provider: "payu", network: "efecty", bank: true}, {provider: "kushki", network: "efecty", bank: true}}, carriers)
}

// beneficiary is who gets the money, described as the road needs it.
func (x road) beneficiary() map[string]any {
	person := map[string]any{"name": "Luis Ñandú", "document_type": "CC", "document_number": "1032456789", "phone": "+573001112233"}
	if x.network == "pagoefectivo" {
		person["document_type"], person["document_number"], person["phone"] = "DNI", "10117410", "+51999888777"
	}
	if x.bank {
		person["bank"], person["account"], person["account_type"] = "007", "19112345678901", "savings"
	}
	return person
}

// payer is who buys, with what the roads of that country ask for.
func (x road) payer() map[string]any {
	person := map[string]any{"name": "Ana 🎈 Núñez", "email": "ana@example.com", "document_type": "DNI", "document_number": "10117410", "phone": "+51999888777"}
	if x.network == "efecty" {
		person["document_type"], person["document_number"], person["phone"] = "CC", "1032456789", "+573001112233"
	}
	return person
}

// keep says which accounts a world has: those of the merchant who sells there, at the networks and at the carriers.
func keep(carriers []string) func(provider.Account) bool {
	return func(a provider.Account) bool {
		return a.Tenant == "demo" && (a.Provider == a.Network || slices.Contains(carriers, a.Provider))
	}
}
