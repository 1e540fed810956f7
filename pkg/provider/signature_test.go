package provider_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/vector"
)

// TestVectors holds the one vector of a gateway that is not carried: its rule is everybody's.
func TestVectors(t *testing.T) {
	vector.Run(t, map[string]vector.Rule{"raw body": func(in map[string]string) string {
		signature := provider.Sign(in["secret"], []byte(in["body"]))
		if !provider.Signed([]string{"newer", in["secret"]}, signature, []byte(in["body"])) || provider.Signed([]string{in["secret"]}, signature, []byte(in["body"]+" ")) {
			return "one of the ring signs these bytes and no others"
		}
		return signature
	}})
}
