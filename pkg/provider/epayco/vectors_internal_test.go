package epayco

import "testing"

// Derived vector: computed from the plug-in's rule apart from this code.
func TestSignatureVector(t *testing.T) {
	const want = "937c95cad8b876f17755393b212b9892220285828f4085562d762284f6a1ee9b"
	if got := signatureOf("1234", "testkey", "ref1", "tx1", "20000", "COP"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
