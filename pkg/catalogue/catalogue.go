// Package catalogue has the words for what the API says by code: errors, statuses and events, each with a title, its cause
// and the next step, in the three languages of those who read them. Codes are for scripts; these are for people.
package catalogue

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Kind is what a code names.
type Kind string

const (
	// Errors are the codes of problems.
	Errors Kind = "errors"
	// Statuses are states of payments and disbursements, as payment.paid or disbursement.held.
	Statuses Kind = "statuses"
	// Events are types of events. Those of a refund's or payout's states have the state's words.
	Events Kind = "events"
)

// Words explain one code in one language.
type Words struct {
	Title    string `json:"title"`
	Cause    string `json:"cause"`
	NextStep string `json:"next_step"`
}

// Languages that every code has words in; the first is for who asks for another.
func Languages() []string { return []string{"en", "es", "zh"} }

var (
	//go:embed errors.json
	errors []byte
	//go:embed statuses.json
	statuses []byte
	//go:embed events.json
	events []byte
)

// entry reads one code's words out of a page, by language; nil if the page has no such code. A page has each code at the start
// of a line: the whole of it is read by nobody on the way to an answer, so that the first problem which a fresh function
// answers does not wait for the words of all others.
func entry(page []byte, code string) map[string]Words {
	if strings.ContainsAny(code, "\"\n") { // would reach past the end of a key
		return nil
	}
	_, rest, ok := bytes.Cut(page, []byte("\n\""+code+"\":"))
	if !ok {
		return nil
	}
	var words map[string]Words
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&words); err != nil {
		panic(err) // embedded, and each code is read by a test
	}
	return words
}

func pageOf(k Kind) []byte {
	switch k {
	case Errors:
		return errors
	case Statuses:
		return statuses
	case Events:
		return events
	}
	return nil
}

// Problem gives the words for the code of a problem; false if it has none.
func Problem(code, language string) (Words, bool) {
	w, ok := entry(errors, code)[language]
	return w, ok
}

// Find gives the words for a code; false if it has none.
func Find(k Kind, code, language string) (Words, bool) {
	if k == Events {
		return findEvent(code, language)
	}
	w, ok := entry(pageOf(k), code)[language]
	return w, ok
}

// findEvent finds the words of a type of event; refunds and payouts share theirs.
func findEvent(code, language string) (Words, bool) {
	if code == "REFUND_PROCESSED" {
		code = "refund.paid"
	}
	kind, step, _ := strings.Cut(code, ".")
	if kind == "refund" || kind == "payout" {
		code = "disbursement." + step
	} else if kind == "disbursement" { // is no type of event
		return Words{}, false
	}
	if w, ok := entry(events, code)[language]; ok {
		return w, true
	}
	w, ok := entry(statuses, code)[language]
	return w, ok && code == "disbursement."+step
}

// Codes lists the codes of a kind, sorted.
func Codes(k Kind) []string {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(pageOf(k), &all); err != nil {
		return nil // a kind that there is not
	}
	return slices.Sorted(maps.Keys(all))
}

// Language picks the language of a reader from an Accept-Language header: the first named one that there are words in.
// Weights are read as order, which is how they are written in practice.
func Language(accept string) string {
	for part := range strings.SplitSeq(accept, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(Languages(), primary) {
			return primary
		}
	}
	return Languages()[0]
}
