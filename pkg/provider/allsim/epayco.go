package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/epayco"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// epaycoAccounts are of Colombia only.
func epaycoAccounts(tenant string) []provider.Account {
	return carried(tenant, epayco.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"public_key": "public-" + id, "private_key": "private-" + id, "customer_id": "customer-" + id, "settlement_token": "files-" + id},
			map[string]string{"apify_url": simnet.Address(epayco.Name), "settlement_url": simnet.DropAddress(epayco.Name)}
	})[:1]
}
