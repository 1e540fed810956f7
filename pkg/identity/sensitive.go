// Package identity is about people: their documents, and how personal data stays out of logs.
package identity

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Sensitive is personal data: a name, a document number, an account, a phone, an e-mail. However it is printed,
// logged or put into JSON it shows a mask; only Reveal gives the value.
type Sensitive string

// Reveal is the value itself: for the store and for the network that must have it.
func (s Sensitive) Reveal() string { return string(s) }

// Mask keeps the last two characters of values longer than six, nothing of shorter ones.
func (s Sensitive) Mask() string {
	if s == "" {
		return ""
	}
	n := utf8.RuneCountInString(string(s))
	if n <= 6 {
		return "****"
	}
	runes := []rune(string(s))
	return "****" + string(runes[n-2:])
}

// String is the mask.
func (s Sensitive) String() string { return s.Mask() }

// GoString is the mask.
func (s Sensitive) GoString() string { return s.Mask() }

// Format prints the mask whatever the verb: %x or %q of the value would give it away.
func (s Sensitive) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.Mask()) }

// MarshalJSON is the mask.
func (s Sensitive) MarshalJSON() ([]byte, error) { return json.Marshal(s.Mask()) }

// LogValue is the mask.
func (s Sensitive) LogValue() slog.Value { return slog.StringValue(s.Mask()) }

// Person is whom money goes to or comes from, as the merchant told us.
type Person struct {
	Name           Sensitive
	Email          Sensitive
	Phone          Sensitive
	DocumentType   string // CC, CE, NIT, DNI, RUC …
	DocumentNumber Sensitive
	Account        Sensitive // bank account, for bank transfers
	Bank           string
	AccountType    string
}

// IsZero says nothing is known of the person.
func (p Person) IsZero() bool { return p == Person{} }

// With is the person with the fields that more names in their place.
func (p Person) With(more Person) Person {
	pick := func(old *Sensitive, value Sensitive) {
		if value != "" {
			*old = value
		}
	}
	pick(&p.Name, more.Name)
	pick(&p.Email, more.Email)
	pick(&p.Phone, more.Phone)
	pick(&p.DocumentNumber, more.DocumentNumber)
	pick(&p.Account, more.Account)
	for _, f := range []struct {
		old   *string
		value string
	}{{&p.DocumentType, more.DocumentType}, {&p.Bank, more.Bank}, {&p.AccountType, more.AccountType}} {
		if f.value != "" {
			*f.old = f.value
		}
	}
	return p
}

// Clean trims what people paste: outer space and control characters.
func Clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}
