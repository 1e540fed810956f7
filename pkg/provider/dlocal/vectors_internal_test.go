package dlocal

import (
	"net/http"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{
		"request": func(in map[string]string) string {
			return authorization(in["secret"], in["login"], in["date"], []byte(in["body"]))[len(scheme):]
		},
		"notification": func(in map[string]string) string {
			header := authorization(in["secret"], in["login"], in["date"], []byte(in["body"]))
			a := &Adapter{login: in["login"], account: provider.Account{Secrets: []string{in["secret"]}}}
			if err := a.Verify(provider.Delivery{Header: http.Header{"X-Date": {in["date"]}, "Authorization": {header}}, Body: []byte(in["body"])}); err != nil {
				return err.Error()
			}
			return header[len(scheme):]
		},
	})
}
