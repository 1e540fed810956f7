package discrepancy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Status of a break. Stored strings: append only.
type Status string

const (
	Open      Status = "open"
	Assigned  Status = "assigned"
	Explained Status = "explained"
	Resolved  Status = "resolved"
	Closed    Status = "closed" // explained or resolved, in a day that is closed
)

// Action is what a person does to a break. Stored strings: append only.
type Action string

const (
	Assign  Action = "assign"
	Explain Action = "explain"
	Resolve Action = "resolve"
	Reopen  Action = "reopen"
)

// Method is how a break is resolved. Stored strings: append only.
type Method string

const (
	// ForceMatch says that a row is about an entry although they differ.
	ForceMatch Method = "force_match"
	// Link says that several breaks are one matter: what one lacks the others have.
	Link Method = "link"
	// Split says that one row is about several entries, which add up to it.
	Split Method = "split"
	// WriteOff bears the difference, within the store's limit.
	WriteOff Method = "write_off"
	// Dispute says that the network has been asked to mend it.
	Dispute Method = "dispute"
	// Expected says that it will come, until a day; then it is open again.
	Expected Method = "expected"
)

// Methods lists every method.
func Methods() []Method { return []Method{ForceMatch, Link, Split, WriteOff, Dispute, Expected} }

// Final says that the method moves money in the books: it is not taken back.
func (m Method) Final() bool { return m != "" && m != Dispute && m != Expected }

// Part is an entry of the books that a decision settles, with what it is settled at in minor units, signed as the merchant sees it.
type Part struct {
	Entry string `json:"e"`
	Minor int64  `json:"m"`
	// Transaction names the receipt of a payment: one that was paid twice has two.
	Transaction string `json:"t,omitempty"`
}

// Decision is what people have done about a break. JSON names are stored: append only.
type Decision struct {
	Tenant         string        `json:"-"`
	ID             string        `json:"id"` // of the break
	Reconciliation string        `json:"rec"`
	Account        string        `json:"acc"`
	Day            calendar.Date `json:"day"`  // of the reconciliation
	Mark           string        `json:"mark"` // of the break that was looked at
	Status         Status        `json:"s"`
	Owner          string        `json:"o,omitempty"`
	Method         Method        `json:"m,omitempty"`
	Until          calendar.Date `json:"u,omitzero"` // of Expected
	Parts          []Part        `json:"p,omitempty"`
	With           []string      `json:"w,omitempty"` // the other breaks of a link
	Entry          string        `json:"e,omitempty"` // of a break that is about a missing entry: it may show on several days
	Was            *Discrepancy  `json:"b,omitempty"` // the break that a final method was about: a later run may not have it any more
	History        []Step        `json:"h"`
	Version        int64         `json:"-"`
}

// Step is one thing that one person did.
type Step struct {
	At       int64  `json:"at"` // milliseconds since 1970
	By       string `json:"by"`
	Action   Action `json:"a"`
	Method   Method `json:"m,omitempty"`
	To       string `json:"to,omitempty"` // of Assign
	Reason   string `json:"r,omitempty"`
	Evidence string `json:"e,omitempty"`
	Mark     string `json:"k"`
	Role     string `json:"ro,omitempty"` // of the person, by the key they used
}

// Move is what a person asks for.
type Move struct {
	Action   Action
	Method   Method
	By       string
	Role     string // of the person, by the key they used
	Owner    string // of Assign; empty = whoever asks
	Reason   string
	Evidence string
	Until    calendar.Date
	Parts    []Part
	With     []string
	Seen     int64 // the decision's version that the person has seen; negative = not said
}

var (
	// ErrDecided says that the break has been decided already, or was changed since the person looked at it.
	ErrDecided = errors.New("discrepancy: already decided")
	// ErrMove says that the move is not possible for this break.
	ErrMove = errors.New("discrepancy: not possible")
)

// MaxSteps bounds a decision's history.
const MaxSteps = 100

// Next folds a move into what was decided before; pure. It says false, without an error, when the same person has asked for the same
// before: nothing is to be written. Errors: ErrDecided, ErrMove.
func (d Decision) Next(mark string, m Move, now time.Time) (Decision, bool, error) {
	if d.Mark != mark && d.Status != "" {
		// Another run has other numbers. The parts stay: what the books were told before is not told again.
		d.Status, d.Method, d.With, d.Until = Open, "", nil, calendar.Date{}
	}
	if d.repeats(m) {
		return d, false, nil
	}
	switch {
	case m.Seen >= 0 && m.Seen != d.Version:
		return d, false, fmt.Errorf("%w: version %d has become %d", ErrDecided, m.Seen, d.Version)
	case d.Method.Final():
		return d, false, fmt.Errorf("%w: %s by %s", ErrDecided, d.Method, d.last().By)
	case d.Status == Resolved && m.Action == Resolve && d.Method == m.Method:
		return d, false, fmt.Errorf("%w: %s by %s", ErrDecided, d.Method, d.last().By)
	case m.Action == Assign && (d.Status == Explained || d.Status == Resolved), m.Action == Explain && (d.Status == Explained || d.Status == Resolved):
		return d, false, fmt.Errorf("%w: it is %s; reopen it first", ErrDecided, d.Status)
	case m.Action == Reopen && (d.Status == "" || d.Status == Open):
		return d, false, fmt.Errorf("%w: it is open", ErrMove)
	case len(d.History) >= MaxSteps:
		return d, false, fmt.Errorf("%w: %d steps are enough", ErrMove, MaxSteps)
	}
	d.History = append(slices.Clone(d.History), Step{At: calendar.Millis(now), By: m.By, Action: m.Action, Method: m.Method, To: m.Owner, Reason: m.Reason,
		Evidence: m.Evidence, Mark: mark, Role: m.Role})
	d.Mark = mark
	switch m.Action {
	case Assign:
		d.Status, d.Owner = Assigned, m.Owner
	case Explain:
		d.Status = Explained
	case Resolve:
		d.Status, d.Method, d.Until, d.With = Resolved, m.Method, m.Until, m.With
		if m.Method.Final() {
			d.Parts = m.Parts
		}
	case Reopen:
		d.Status, d.Method, d.Until = Open, "", calendar.Date{}
	default:
		return d, false, fmt.Errorf("%w: no action %q", ErrMove, m.Action)
	}
	return d, true, nil
}

// Repeats says whether a move is the one that was made last, about the same numbers.
func (d Decision) Repeats(mark string, m Move) bool { return d.Mark == mark && d.repeats(m) }

// repeats says whether the last step was this one, by the same person: a double click, or an answer that was lost. Of the parts a person
// names the entries, if anything.
func (d Decision) repeats(m Move) bool {
	last := d.last()
	return len(d.History) > 0 && d.Status != Open && last.By == m.By && last.Action == m.Action && last.Method == m.Method && last.To == m.Owner &&
		last.Reason == m.Reason && last.Evidence == m.Evidence && d.Until == m.Until && slices.Equal(d.With, m.With) &&
		(len(m.Parts) == 0 || slices.EqualFunc(d.Parts, m.Parts, func(p, q Part) bool { return p.Entry == q.Entry }))
}

func (d Decision) last() Step {
	if len(d.History) == 0 {
		return Step{}
	}
	return d.History[len(d.History)-1]
}

// Standing is where a break stands on a day, with what was decided about it so far.
type Standing struct {
	Status     Status
	Superseded bool // what was decided was about other numbers
	Lapsed     bool // it was expected, and the day has passed
}

// Stands says where a break stands today. A decision about other numbers than the break's counts no more; nor does an
// expectation whose day is over.
func (d Decision) Stands(mark string, today calendar.Date, closed bool) Standing {
	s := Standing{Status: d.Status}
	switch {
	case d.Status == "":
		s.Status = Open
	case d.Mark != mark:
		s = Standing{Status: Open, Superseded: true}
	case d.Method == Expected && d.Until.Before(today) && !closed:
		s = Standing{Status: Open, Lapsed: true}
	}
	if closed && s.Settled() {
		s.Status = Closed
	}
	return s
}

// Settled says that nobody has to do anything about it any more for its day to close.
func (s Standing) Settled() bool {
	return s.Status == Explained || s.Status == Resolved || s.Status == Closed
}
