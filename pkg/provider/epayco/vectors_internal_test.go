package epayco

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{"confirmation": func(in map[string]string) string {
		return signatureOf(in["customer"], in["key"], in["ref"], in["transaction"], in["amount"], in["currency"])
	}})
}
