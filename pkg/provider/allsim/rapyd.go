package allsim

import (
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/rapyd"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// rapydAccounts name the address that is signed; a world puts its own in its place.
func rapydAccounts(tenant string) []provider.Account {
	return carried(tenant, rapyd.Name, func(id string) (credentials, settings map[string]string) {
		return map[string]string{"access_key": "access-" + id, "secret_key": "secret-" + id, "settlement_token": "files-" + id},
			map[string]string{"settlement_url": simnet.DropAddress(rapyd.Name),
				"notification_url": "http://127.0.0.1:8080/webhooks/rapyd/" + id}
	})
}
