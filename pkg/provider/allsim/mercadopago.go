package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago"
)

// mercadopagoAccounts have no tax beside their fee: the report's fees hold it.
func mercadopagoAccounts(tenant string) []provider.Account {
	accounts := carried(tenant, mercadopago.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"access_token": "TEST-token-" + id}, map[string]string{}
	})
	for i := range accounts {
		accounts[i].Fees.TaxPerHundred = 0
	}
	return accounts
}
