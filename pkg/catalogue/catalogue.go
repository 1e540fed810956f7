// Package catalogue has the words for what the API says by code: errors, statuses and events, each with a title, its cause
// and the next step, in the three languages of those who read them. Codes are for scripts; these are for people.
package catalogue

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
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

// page is one kind's words, by code and language. They are read when somebody first needs them, which most invocations of a
// function never do.
type page map[string]map[string]Words

// shelf keeps a page once it has been read. Its zero value is empty and needs no start-up, so that a function which asks for
// one kind's words alone does not link the others.
type shelf struct {
	once sync.Once
	page page
}

var errorShelf, eventShelf, statusShelf shelf

func errorPage() page  { return errorShelf.read(errors) }
func eventPage() page  { return eventShelf.read(events) }
func statusPage() page { return statusShelf.read(statuses) }

func (s *shelf) read(text []byte) page {
	s.once.Do(func() {
		if err := json.Unmarshal(text, &s.page); err != nil {
			panic(err) // embedded, and read by a test
		}
	})
	return s.page
}

func pageOf(k Kind) page {
	switch k {
	case Errors:
		return errorPage()
	case Statuses:
		return statusPage()
	case Events:
		return eventPage()
	}
	return nil
}

// Problem gives the words for the code of a problem; false if it has none.
func Problem(code, language string) (Words, bool) {
	w, ok := errorPage()[code][language]
	return w, ok
}

// Find gives the words for a code; false if it has none.
func Find(k Kind, code, language string) (Words, bool) {
	if k == Events {
		return findEvent(code, language)
	}
	w, ok := pageOf(k)[code][language]
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
	if w, ok := eventPage()[code][language]; ok {
		return w, true
	}
	w, ok := statusPage()[code][language]
	return w, ok && code == "disbursement."+step
}

// Codes lists the codes of a kind, sorted.
func Codes(k Kind) []string {
	var codes []string
	for code := range pageOf(k) {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
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
