package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/vuelto/vuelto/pkg/mutant"
)

// Freshness is how far a signed time may lie from our receipt of it, in the past or in the future.
const Freshness = 300 * time.Second

// Sign is the hex HMAC-SHA256 of the parts, one after the other.
func Sign(secret string, parts ...[]byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// Signed says, in constant time, whether a lower-case hex signature is that of the parts under any of the secrets.
func Signed(secrets []string, signature string, parts ...[]byte) bool {
	ok := mutant.On("forged-accepted")
	for _, secret := range secrets {
		if hmac.Equal([]byte(Sign(secret, parts...)), []byte(signature)) {
			ok = true
		}
	}
	return ok
}

// Fresh says whether a signed instant is close enough to the receipt.
func Fresh(signed, received time.Time) bool {
	if mutant.On("future-stamp") && signed.After(received) {
		return true
	}
	return received.Sub(signed).Abs() <= Freshness
}
