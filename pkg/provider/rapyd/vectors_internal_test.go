package rapyd

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/vector"
)

func TestVectors(t *testing.T) {
	rule := func(in map[string]string) string {
		return sign(in["secret"], in["method"], in["path"], in["salt"], in["timestamp"], in["access"], []byte(in["body"]))
	}
	vector.Run(t, map[string]vector.Rule{"request": rule, "webhook": rule})
}

func TestBodiesAreSignedAsTheyAreSent(t *testing.T) {
	raw, err := encode(map[string]string{"reason": "a<b & c>d"})
	if err != nil || string(raw) != `{"reason":"a<b & c>d"}` {
		t.Errorf("%s, %v", raw, err)
	}
	if raw, err := encode(nil); err != nil || len(raw) != 0 {
		t.Errorf("no body is %q, %v", raw, err)
	}
}
