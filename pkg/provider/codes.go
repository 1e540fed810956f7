package provider

import "github.com/vuelto/vuelto/pkg/mutant"

// Code is one documented refusal. An answer proves what it says only if both the status and the code are those of the
// document: a proxy's 400, or a code under another status, proves nothing.
type Code struct {
	Status int
	Code   string
	Class  Class  // Rejected, Denied, Limited or Short
	Means  string // for people, in English
	Source string // where it is documented
}

// Codes is an adapter's table of refusals.
type Codes []Code

// Error is what an answer proves: the class of its line in the table, Unknown if it has none.
func (t Codes) Error(status int, code string) *Error {
	for _, c := range t {
		if c.Status == status && c.Code == code {
			return &Error{Class: c.Class, Code: c.Code, Note: c.Means}
		}
	}
	if mutant.On("reject-is-proof") && status >= 400 && status < 500 {
		return &Error{Class: Rejected, Code: Word(code)}
	}
	return &Error{Class: Unknown, Code: Word(code), Note: "an answer that is not documented"}
}

// Rejects says whether any refusal for ever is documented.
func (t Codes) Rejects() bool {
	for _, c := range t {
		if c.Class == Rejected {
			return true
		}
	}
	return false
}
