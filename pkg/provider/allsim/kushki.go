package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/kushki"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func kushkiAccounts(tenant string) []provider.Account {
	return carried(tenant, kushki.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"public_merchant_id": "public-" + id, "private_merchant_id": "private-" + id, "settlement_token": "files-" + id},
			map[string]string{"settlement_url": simnet.DropAddress(kushki.Name)}
	})
}
