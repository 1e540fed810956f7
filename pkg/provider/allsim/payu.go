package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo"
	"github.com/vuelto/vuelto/pkg/provider/payu"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// payuAccounts sign their confirmations with the API key, which is therefore their secret. Those in Peru make no payouts.
func payuAccounts(tenant string) []provider.Account {
	accounts := carried(tenant, payu.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"api_login": "login-" + id, "api_key": "whsec-sandbox-" + id, "merchant_id": "merchant-" + id,
				"account_id": "account-" + id, "public_key": "public-" + id, "settlement_token": "files-" + id},
			map[string]string{"settlement_url": simnet.DropAddress(payu.Name)}
	})
	for _, a := range accounts {
		if a.Network == pagoefectivo.Name {
			delete(a.Credentials, "public_key")
		}
	}
	return accounts
}
