package identity_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{
		"NIT check digit": func(in map[string]string) string { return identity.NITCheck(in["base"]) },
		"document": func(in map[string]string) string {
			d, err := identity.ParseDocument(in["country"], in["type"], in["number"])
			if err != nil {
				return vector.Refused
			}
			return d.Full()
		},
		"DNI in a RUC": func(in map[string]string) string {
			d, err := identity.ParseDocument("PE", "RUC", in["ruc"])
			if err != nil {
				return vector.Refused
			}
			return d.Person()
		},
		"as a provider takes it": func(in map[string]string) string {
			d, err := identity.ParseDocument(in["country"], in["type"], in["number"])
			if err != nil {
				return err.Error()
			}
			code, number, ok := d.In(identity.Scheme(in["scheme"]))
			if !ok {
				return vector.Refused
			}
			return code + " " + number
		},
	})
}
