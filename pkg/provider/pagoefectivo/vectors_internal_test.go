package pagoefectivo

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{
		"token": func(in map[string]string) string {
			service, _ := strconv.ParseInt(in["service"], 10, 64)
			return hashOf(service, in["access"], in["secret"], in["date"])
		},
		"webhook": func(in map[string]string) string {
			a := &Adapter{account: provider.Account{Secrets: []string{in["key"]}}}
			signature := provider.Sign(in["key"], []byte(in["body"]))
			if err := a.Verify(provider.Delivery{Header: http.Header{"Pe-Signature": {signature}}, Body: []byte(in["body"])}); err != nil {
				return err.Error()
			}
			return signature
		},
	})
}
