package provider

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/identity"
)

// Meaning is what a provider's code or status word means, for people.
type Meaning struct{ ES, EN, ZH string }

// Words translates what a provider says, by its codes and status words as they stand on the wire.
type Words map[string]Meaning

// Of is the meaning of a word; false if nobody has translated it. What every provider may say stands here once.
func (w Words) Of(word string) (Meaning, bool) {
	if m, ok := w[word]; ok {
		return m, true
	}
	if word == tooMany {
		return Meaning{"demasiadas solicitudes; se intenta de nuevo más tarde", "too many requests; tried again later", "请求过多，稍后重试"}, true
	}
	return Meaning{}, false
}

// Telling is a reason if anybody knows what it means, else the status that it led to: a reason tells more. Words are put
// together only for a reason.
func Telling(words func() Words, reason, status string) string {
	if reason != "" {
		if _, ok := words().Of(reason); ok {
			return reason
		}
	}
	return status
}

// Words are the translations of a table's codes: Spanish and Chinese as given, the English of the table itself; and those
// of status words, which bring all three.
func (t Codes) Words(given Words) Words {
	for _, c := range t {
		if m, ok := given[c.Code]; ok && m.EN == "" {
			m.EN = c.Means
			given[c.Code] = m
		}
	}
	return given
}

// Prose is a text for people beside a code: a JSON text, or nothing. Whatever else stands there is no reason not to read
// the rest.
type Prose string

// UnmarshalJSON never fails.
func (p *Prose) UnmarshalJSON(raw []byte) error {
	*p = ""
	_ = json.Unmarshal(raw, (*string)(p))
	return nil
}

// Sensitive is the text as an observation keeps it.
func (p Prose) Sensitive() identity.Sensitive { return identity.Sensitive(p) }

// longestProse bounds, in characters, what is kept of a provider's text.
const longestProse = 200

// heard is a provider's text as it may be kept: as it came, but on one line, not endless, and without what opens the
// account, which some providers repeat. Persons are hidden where it is known who they are.
func (c *Client) heard(text identity.Sensitive) identity.Sensitive {
	if text == "" {
		return ""
	}
	// Cut twice: a page of a megabyte need not be searched, and half a secret at the first cut is behind the second.
	s := cut(identity.Clean(strings.ToValidUTF8(text.Reveal(), "")), 10*longestProse)
	for _, secret := range slices.Concat(c.account.Secrets, slices.Sorted(maps.Values(c.account.Credentials))) {
		s = identity.Hide(s, secret)
	}
	return identity.Sensitive(cut(s, longestProse))
}

func cut(s string, longest int) string {
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest-1]) + "…"
}
