package kushki

import (
	"net/http"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{
		"webhook": func(in map[string]string) string {
			a := &Adapter{account: provider.Account{Secrets: []string{in["secret"]}}}
			signature := provider.Sign(in["secret"], []byte(in["body"]), []byte("."+in["id"]))
			if err := a.Verify(provider.Delivery{Body: []byte(in["body"]), ReceivedAt: time.Unix(1700000000, 0),
				Header: http.Header{stampHeader: {in["id"]}, signatureHeader: {signature}}}); err != nil {
				return err.Error()
			}
			return signature
		},
		"simple": func(in map[string]string) string { return provider.Sign(in["secret"], []byte(in["id"])) },
	})
}
