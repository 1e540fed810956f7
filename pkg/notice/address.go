package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// AddressSK is the SK of every closed address.
const AddressSK = "address"

// Digest stands for an e-mail address of a merchant's buyer: what is kept about an address does not name it.
func Digest(tenant, address string) string {
	sum := sha256.Sum256([]byte(tenant + "\n" + strings.ToLower(address)))
	return hex.EncodeToString(sum[:16])
}

// AddressKey of what is kept about an address.
func AddressKey(tenant, digest string) store.Key {
	return store.Key{PK: tenant + "#adr#" + digest, SK: AddressSK}
}

type addressBody struct {
	Why job.Kind `json:"w"` // bounce or complaint
	At  int64    `json:"t"`
}

// Close makes the record, which must not exist yet, that lets nothing more be mailed to an address.
func Close(tenant, digest string, why job.Kind, at time.Time) store.Record {
	encoded, err := json.Marshal(addressBody{why, calendar.Millis(at)})
	if err != nil {
		panic(err) // a string and an integer always encode
	}
	return store.Record{Key: AddressKey(tenant, digest), Body: encoded}
}
