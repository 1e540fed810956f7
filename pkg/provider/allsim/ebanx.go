package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/ebanx"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func ebanxAccounts(tenant string) []provider.Account {
	return carried(tenant, ebanx.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"integration_key": "key-" + id, "settlement_token": "files-" + id},
			map[string]string{"not_found_code": "BP-QUERY-1", "settlement_url": simnet.DropAddress(ebanx.Name)}
	})
}
