package mercadopago

import (
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{"webhook": func(in map[string]string) string {
		a := &Adapter{age: provider.Freshness, account: provider.Account{Secrets: []string{in["secret"]}}}
		signature := provider.Sign(in["secret"], []byte(manifest(in["id"], in["request"], in["ts"])))
		if err := a.Verify(provider.Delivery{Path: "/?data.id=" + in["id"], ReceivedAt: time.UnixMilli(1742505638683),
			Header: http.Header{"X-Signature": {"ts=" + in["ts"] + ",v1=" + signature}, "X-Request-Id": {in["request"]}}}); err != nil {
			return err.Error()
		}
		return signature
	}})
}
