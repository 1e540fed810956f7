package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/dlocal"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func dlocalAccounts(tenant string) []provider.Account {
	return carried(tenant, dlocal.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"login": "login-" + id, "trans_key": "trans-" + id, "secret_key": "whsec-sandbox-" + id,
				"settlement_token": "files-" + id},
			map[string]string{"settlement_url": simnet.DropAddress(dlocal.Name)}
	})
}
