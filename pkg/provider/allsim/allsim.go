// Package allsim names every simulated provider and the accounts of the sandbox.
package allsim

import (
	"slices"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/dlocal/dlocalsim"
	"github.com/vuelto/vuelto/pkg/provider/ebanx/ebanxsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/efecty/efectysim"
	"github.com/vuelto/vuelto/pkg/provider/epayco/epaycosim"
	"github.com/vuelto/vuelto/pkg/provider/kushki/kushkisim"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago/mercadopagosim"
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo"
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo/pagoefectivosim"
	"github.com/vuelto/vuelto/pkg/provider/payu/payusim"
	"github.com/vuelto/vuelto/pkg/provider/rapyd/rapydsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// New opens every simulated provider in one world: the networks themselves, then the gateways.
func New(host simnet.Host) []simnet.Network {
	return []simnet.Network{
		efectysim.New(host),
		pagoefectivosim.New(host),
		dlocalsim.New(host),
		mercadopagosim.New(host),
		payusim.New(host),
		ebanxsim.New(host),
		rapydsim.New(host),
		kushkisim.New(host),
		epaycosim.New(host),
	}
}

// Accounts are a tenant's contracts with every simulated provider. Credentials and secrets are made up, and differ
// between tenants, because a simulated provider finds the account by them.
func Accounts(tenant string) []provider.Account {
	direct := []provider.Account{
		account(tenant, efecty.Name, efecty.Name,
			settlement.Fees{PerTenThousand: 290, TaxPerHundred: 19, Unit: 100},
			map[string]string{"merchant_id": "merchant-" + tenant, "terminal_id": "T-01", "secret": "sandbox-efecty-" + tenant},
			map[string]string{"idempotent": "false"}),
		account(tenant, pagoefectivo.Name, pagoefectivo.Name,
			settlement.Fees{PerTenThousand: 350, TaxPerHundred: 18},
			map[string]string{"access_key": "access-" + tenant, "secret_key": "whsec-sandbox-pagoefectivo-" + tenant, "service_id": "1234"},
			map[string]string{"contact_email": "pagos@" + tenant + ".example", "contact_phone": "999888777"}),
	}
	return slices.Concat(direct, dlocalAccounts(tenant), mercadopagoAccounts(tenant), payuAccounts(tenant), ebanxAccounts(tenant),
		rapydAccounts(tenant), kushkiAccounts(tenant), epaycoAccounts(tenant))
}

// CashOut is a tenant's contract with Efecty whose cash goes through D24. It issues no vouchers, so that no sandbox has it
// beside the account that does.
func CashOut(tenant string) provider.Account {
	a := account(tenant, efecty.Name, efecty.Name, settlement.Fees{PerTenThousand: 290, TaxPerHundred: 19, Unit: 100},
		map[string]string{"login": "login-" + tenant, "pass": "pass-" + tenant, "secret": "whsec-sandbox-d24-" + tenant},
		map[string]string{"through": "d24", "address": "Calle 18, Bogotá", "notification_url": "https://shop.example/h", "cash_min": "2000000", "cash_max": "150000000"})
	a.ID, a.Secrets = "d24-"+tenant, []string{"whsec-sandbox-d24-" + tenant}
	return a
}

func account(tenant, name, network string, fees settlement.Fees, credentials, settings map[string]string) provider.Account {
	return provider.Account{
		ID: name + "-" + tenant, Tenant: tenant, Provider: name, Network: network, Mode: provider.Test,
		Endpoint: simnet.Address(name), Credentials: credentials, Settings: settings, Fees: fees,
		Secrets: []string{"whsec-sandbox-" + name + "-" + tenant},
	}
}

// carried are a tenant's contracts with a gateway, one for each network it carries.
func carried(tenant, name string, make func(id string) (credentials, settings map[string]string)) []provider.Account {
	var accounts []provider.Account
	for _, c := range []struct {
		country, network string
		fees             settlement.Fees
	}{
		{"co", efecty.Name, settlement.Fees{PerTenThousand: 320, TaxPerHundred: 19, Unit: 100}},
		{"pe", pagoefectivo.Name, settlement.Fees{PerTenThousand: 390, TaxPerHundred: 18}},
	} {
		id := name + "-" + c.country + "-" + tenant
		credentials, settings := make(id)
		accounts = append(accounts, provider.Account{ID: id, Tenant: tenant, Provider: name, Network: c.network,
			Mode: provider.Test, Endpoint: simnet.Address(name), Credentials: credentials, Settings: settings, Fees: c.fees,
			Secrets: []string{"whsec-sandbox-" + id}})
	}
	return accounts
}
