package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// Text is a JSON string, or a number kept as it was written: providers send the same code now as one, now as the other.
type Text string

// UnmarshalJSON takes a string, a number or null (empty).
func (t *Text) UnmarshalJSON(raw []byte) error {
	switch {
	case bytes.Equal(raw, []byte("null")):
		*t = ""
		return nil
	case len(raw) > 0 && raw[0] == '"':
		return json.Unmarshal(raw, (*string)(t))
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*t = Text(n)
	return nil
}

// DecodeJSON reads exactly one JSON value, as encoding/json does. The error names the place but repeats nothing of the body.
func DecodeJSON(body []byte, into any) error {
	err := store.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	var at int64
	var broken *json.SyntaxError
	var other *json.UnmarshalTypeError
	switch {
	case errors.As(err, &broken):
		at = broken.Offset
	case errors.As(err, &other):
		at = other.Offset
	}
	return fmt.Errorf("provider: not the JSON expected, near byte %d", at)
}

// Minor reads an amount as a provider writes it, in major units, into ISO minor units, by its digits and never by a
// float. Errors: those of money.Parse.
func Minor(n json.Number, c money.Currency) (int64, error) {
	a, err := money.Parse(n.String(), c)
	return a.Minor(), err
}

// Word keeps what may be a code and nothing else: a stray page or a person's data must not travel in an error.
func Word(code string) string {
	const longest = 40
	clean := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '_' || r == '-' || r == '.' {
			return r
		}
		return -1
	}, code)
	return clean[:min(len(clean), longest)]
}
