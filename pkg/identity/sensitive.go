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

// Same says that both are known by the same name and document.
func (p Person) Same(as Person) bool {
	return p.Name == as.Name && p.DocumentType == as.DocumentType && p.DocumentNumber == as.DocumentNumber
}

// With is the person with the fields that more names in their place.
func (p Person) With(more Person) Person {
	for _, f := range Fields() {
		if value := more.at(f); *value != "" {
			*p.at(f) = *value
		}
	}
	return p
}

// Hide takes the person's details out of a text that somebody else wrote.
func (p Person) Hide(text string) string {
	for _, value := range []Sensitive{p.Name, p.Email, p.Phone, p.DocumentNumber, p.Account} {
		text = Hide(text, value.Reveal())
	}
	for _, word := range strings.Fields(p.Name.Reveal()) {
		text = Hide(text, word)
	}
	return text
}

// Hide masks a value wherever it stands in a text, in small letters or large; one of fewer than four bytes would hide
// nothing but the text's own words.
func Hide(text, value string) string {
	const least, mask = 4, "****"
	if len(value) < least {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); {
		if rest := text[i:]; len(rest) >= len(value) && strings.EqualFold(rest[:len(value)], value) {
			out.WriteString(mask)
			i += len(value)
			continue
		}
		out.WriteByte(text[i])
		i++
	}
	return out.String()
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
