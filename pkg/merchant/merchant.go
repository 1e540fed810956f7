// Package merchant is who uses the bundle: a tenant with its stores, limits and API keys.
package merchant

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Merchant is one tenant. Its id starts every key of everything it owns.
type Merchant struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Stores []Store `json:"stores"`
	Rules  []Rules `json:"rules,omitempty"` // those that hold now and those to come; the others are history
}

// Store is a shop of a merchant: one currency, one network, accounts on providers that carry it.
type Store struct {
	ID       string         `json:"id"`
	Currency money.Currency `json:"currency"`
	Network  string         `json:"network"`
	Accounts []AccountRef   `json:"accounts"` // the first is the default
	Limits   Limits         `json:"limits"`
}

// AccountRef names an account of a store on a provider.
type AccountRef struct {
	Provider string `json:"provider"`
	Account  string `json:"account"`
}

// Limits are sums in minor units of the store's currency; zero means none.
type Limits struct {
	WithoutApproval int64 `json:"without_approval,omitempty"` // a larger refund waits for a second person
	Daily           int64 `json:"daily,omitempty"`            // of one local day, all refunds and payouts together
	CashMinimum     int64 `json:"cash_minimum,omitempty"`     // of one cash withdrawal
	WriteOff        int64 `json:"write_off,omitempty"`        // of one break that finance bears; here zero means that none may be
}

// Store finds a store by id.
func (m Merchant) Store(id string) (Store, bool) {
	for _, s := range m.Stores {
		if s.ID == id {
			return s, true
		}
	}
	return Store{}, false
}

// Account finds a store's account: on the named provider, or the default one.
func (s Store) Account(provider string) (AccountRef, bool) {
	for _, a := range s.Accounts {
		if provider == "" || a.Provider == provider {
			return a, true
		}
	}
	return AccountRef{}, false
}

// Role is what a person may do. Stored strings: append only.
type Role string

const (
	Viewer   Role = "viewer"
	Operator Role = "operator"
	Approver Role = "approver"
	Finance  Role = "finance"
	Admin    Role = "admin"
)

// APIKey is a person's or system's way in. Only the hash of the key is stored.
type APIKey struct {
	Hash     string `json:"hash"`
	Merchant string `json:"merchant"`
	Person   string `json:"person"`
	Role     Role   `json:"role"`
	Mode     string `json:"mode"` // test or live, as in the key's prefix
	Revoked  bool   `json:"revoked,omitempty"`

	Prefix     string        `json:"prefix,omitempty"` // what may be shown of the key
	CreatedBy  string        `json:"created_by,omitempty"`
	CreatedAt  time.Time     `json:"created_at,omitzero"`
	Waits      bool          `json:"waits,omitempty"` // for a second person: lets nobody in until then
	AgreedBy   string        `json:"agreed_by,omitempty"`
	RevokedBy  string        `json:"revoked_by,omitempty"`
	ExpiresAt  time.Time     `json:"expires_at,omitzero"`   // end of the overlap after it was rotated
	ReplacedBy string        `json:"replaced_by,omitempty"` // id of the key that took its place
	Sources    []string      `json:"sources,omitempty"`     // addresses and networks it may come from; empty = anywhere
	Signing    string        `json:"signing,omitempty"`     // secret its requests are signed with, base 64; empty = they are not
	LastUsed   calendar.Date `json:"last_used,omitzero"`    // local day
	Version    int64         `json:"-"`
}

// May says whether the role allows an action; one that nobody knows allows nothing.
func (k APIKey) May(action Action) bool {
	switch action {
	case Read:
		return k.Role == Viewer || k.Role == Finance || k.May(Move)
	case Move:
		return k.Role == Operator || k.Role == Approver || k.Role == Admin
	case Agree:
		return k.Role == Approver || k.Role == Admin
	case Govern:
		return k.Role == Admin
	case Close:
		return k.Role == Finance || k.Role == Admin
	}
	return false
}

// Action is a kind of request.
type Action int

const (
	Read   Action = iota // look
	Move                 // create, cancel, ask again
	Agree                // approve, reject, resolve
	Close                // settle breaks and days
	Govern               // set the merchant's rules, say where events go
)

// Modes of a key. Stored strings: append only.
const (
	modeTest = "test"
	modeLive = "live"
)

// ErrKey says an API key is none that is let in: malformed, of the other mode, revoked.
var ErrKey = errors.New("merchant: invalid API key")

// HashKey is what is stored of an API key ("sk_test_…", "sk_live_…"), and its mode.
func HashKey(key string) (hash, mode string, err error) {
	rest, ok := strings.CutPrefix(key, "sk_")
	mode, secret, ok2 := strings.Cut(rest, "_")
	if !ok || !ok2 || secret == "" || len(key) > 200 || (mode != modeTest && mode != modeLive) {
		return "", "", ErrKey
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:]), mode, nil
}
