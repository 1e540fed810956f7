package rapyd

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
)

// sign is the base64 of the hex text of the HMAC: of the 64 characters, not of the 32 bytes. method is empty for webhooks,
// whose path is the whole address.
func sign(secret, method, path, salt, stamp, access string, body []byte) string {
	return base64.StdEncoding.EncodeToString([]byte(provider.Sign(secret, []byte(method+path+salt+stamp+access+secret), body)))
}

// signed says, in constant time, whether a webhook's signature is that of one of the secrets.
func signed(secrets []string, signature, address, salt, stamp, access string, body []byte) bool {
	ok := false
	for _, secret := range secrets {
		if hmac.Equal([]byte(sign(secret, "", address, salt, stamp, access, body)), []byte(signature)) {
			ok = true
		}
	}
	return ok
}

// saltOf makes a salt that no other call has: 16 characters out of the instant and all that is sent.
func saltOf(now time.Time, method, path string, body []byte) string {
	sum := sha256.Sum256([]byte(strconv.FormatInt(now.UnixNano(), 10) + method + path + string(body)))
	return hex.EncodeToString(sum[:8])
}
