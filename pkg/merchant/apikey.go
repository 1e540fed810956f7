package merchant

import (
	"net/netip"
	"time"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

// shownOfKey is how many characters of a key are kept to tell it from others: the prefix and four of its secret.
const shownOfKey = len("sk_test_") + 4

// NewKey is the key that a token is. Error: ErrKey.
func NewKey(token string, k APIKey) (APIKey, error) {
	hash, mode, err := HashKey(token)
	k.Hash, k.Mode, k.Prefix = hash, mode, token[:min(len(token), shownOfKey)]
	return k, err
}

// ID names a key to people; it tells nothing of its secret.
func (k APIKey) ID() string { return identity.Derive("key_", k.Hash) }

// Valid says that the key lets its holder in at an instant.
func (k APIKey) Valid(now time.Time) bool {
	return !k.Revoked && !k.Waits && (k.ExpiresAt.IsZero() || now.Before(k.ExpiresAt))
}

// From says whether the key may come from an address, with or without a port.
func (k APIKey) From(address string) bool {
	if len(k.Sources) == 0 {
		return true
	}
	ip, err := netip.ParseAddr(address)
	if at, err2 := netip.ParseAddrPort(address); err2 == nil {
		ip, err = at.Addr(), nil
	}
	if err != nil {
		return false
	}
	for _, s := range k.Sources {
		if p, err := ParseSource(s); err == nil && p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// ParseSource reads an address ("203.0.113.7") or a network ("203.0.113.0/24").
func ParseSource(s string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

// KeysPartition holds a pointer to each key of a merchant.
func KeysPartition(tenant string) string { return tenant + "#apikeys" }

// KeyPointer leads from a merchant and a key's id to the key.
func KeyPointer(tenant, id string) store.Key { return store.Key{PK: KeysPartition(tenant), SK: id} }

// Writes are a new key and its place in the merchant's list: one commit.
func (k APIKey) Writes() []store.Write {
	return []store.Write{
		store.Put{Record: EncodeKey(k, 0)},
		store.Put{Record: store.Record{Key: KeyPointer(k.Merchant, k.ID()), Body: []byte(k.Hash)}},
	}
}
