package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/catalogue"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/flow/decide"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// breakAnswer is one break with what people did about it. Amounts are minor units, signed as the merchant sees them.
type breakAnswer struct {
	ID               string             `json:"id"`
	Reconciliation   string             `json:"reconciliation"`
	Class            settlement.Class   `json:"class"`
	Also             string             `json:"also"`
	Status           discrepancy.Status `json:"status"`
	Method           discrepancy.Method `json:"method,omitempty"`
	Owner            *string            `json:"owner"`
	Superseded       bool               `json:"superseded"` // what was decided was about other numbers
	Lapsed           bool               `json:"lapsed"`     // it was expected, and that day is over
	ExpectedUntil    string             `json:"expected_until,omitempty"`
	With             []string           `json:"with,omitempty"`
	Kind             settlement.Kind    `json:"kind"`
	Entry            string             `json:"entry"`
	Reference        string             `json:"reference"`
	TransactionID    string             `json:"transaction_id"`
	File             string             `json:"file"`
	Line             int                `json:"line"`
	Expected         int64              `json:"expected"`
	Actual           int64              `json:"actual"`
	Difference       int64              `json:"difference"`
	Currency         string             `json:"currency"`
	ExpectedCurrency string             `json:"expected_currency,omitempty"`
	BusinessDay      string             `json:"business_day"`
	DueDay           string             `json:"due_day"`
	Due              bool               `json:"due"`
	AgeInDays        int                `json:"age_business_days"`
	Explanation      string             `json:"explanation"`
	NextAction       string             `json:"next_action"`
	Version          int64              `json:"version"` // of the decision; 0 = nobody has touched it
	History          []decisionStep     `json:"history"`
}

type decisionStep struct {
	At       string             `json:"at"`
	By       string             `json:"by"`
	Action   discrepancy.Action `json:"action"`
	Method   discrepancy.Method `json:"method,omitempty"`
	Owner    string             `json:"owner,omitempty"`
	Reason   string             `json:"reason,omitempty"`
	Evidence string             `json:"evidence,omitempty"`
	Role     string             `json:"role,omitempty"` // of the person in by
}

func renderBreak(c decide.Case, country calendar.Country, today calendar.Date, l settlement.Language) breakAnswer {
	b, stands := c.Break, c.Standing(today)
	a := breakAnswer{ID: b.ID, Reconciliation: c.Day.ID, Class: b.Class, Also: b.AlsoText(), Status: stands.Status, Owner: optional(c.Decision.Owner),
		Superseded: stands.Superseded, Lapsed: stands.Lapsed, Kind: b.Kind, Entry: b.Break.ID, Reference: b.Reference, TransactionID: b.TransactionID,
		File: b.File, Line: b.Line, Expected: b.Expected, Actual: b.Actual, Difference: b.Difference, Currency: string(b.Currency),
		ExpectedCurrency: string(b.ExpectedCurrency), BusinessDay: b.BusinessDay.String(), DueDay: b.DueDay.String(), Version: c.Decision.Version,
		Explanation: settlement.Explain(b.Break, l), NextAction: discrepancy.NextAction(b, stands, l), History: steps(c.Decision)}
	a.Due, a.AgeInDays = !today.Before(b.Since(c.Day.Date)), b.Age(c.Day.Date, today, country)
	if !stands.Superseded && !stands.Lapsed {
		a.Method, a.ExpectedUntil, a.With = c.Decision.Method, c.Decision.Until.String(), c.Decision.With
	}
	return a
}

// steps are what people did, in order.
func steps(d discrepancy.Decision) []decisionStep {
	list := []decisionStep{}
	for _, s := range d.History {
		list = append(list, decisionStep{stamp(calendar.Instant(s.At)), s.By, s.Action, s.Method, s.To, s.Reason, s.Evidence, s.Role})
	}
	return list
}

// languageOf is the language that is asked for: by ?lang=, else the first of Accept-Language that there is, else English.
func languageOf(r *http.Request) (settlement.Language, error) {
	if text := r.URL.Query().Get("lang"); text != "" {
		l, err := settlement.ParseLanguage(text)
		if err != nil {
			return l, &invalid{"field_invalid", []FieldError{{Pointer: "/lang", Detail: "must be zh, es or en"}}}
		}
		return l, nil
	}
	return settlement.ParseLanguage(catalogue.Language(r.Header.Get("Accept-Language")))
}

// listBreaks gives the breaks of the last run in the order of file, line and id, page by page however many there are.
func (s *Server) listBreaks(r *http.Request, c request.Caller) (any, error) {
	language, err := languageOf(r)
	if err != nil {
		return nil, err
	}
	rec, err := s.findReconciliation(r, c)
	if err != nil {
		return nil, err
	}
	if rec.Result != "" {
		return s.olderBreaks(r, rec)
	}
	limit, at, err := breaksQuery(r, rec)
	if err != nil {
		return nil, err
	}
	decisions, err := s.Decider.Decisions(r.Context(), rec)
	if err != nil {
		return nil, err
	}
	country, err := settlement.CalendarBook{Store: s.Store}.Of(r.Context(), rec.Tenant, rec.Network)
	if err != nil {
		return nil, err
	}
	today := calendar.On(s.Now(), country.Zone())
	out, query := page{Data: []any{}}, r.URL.Query()
	for scanned := 0; at < rec.Sheet.Count; {
		list, err := rec.Sheet.Page(r.Context(), s.Files, at/rec.Sheet.Each())
		if err != nil {
			return nil, err
		}
		for _, b := range list[at%rec.Sheet.Each():] {
			if len(out.Data) == limit || scanned >= maxScanned {
				cursor := base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%d", rec.Run, at))
				out.HasMore, out.NextCursor = true, &cursor
				return out, nil
			}
			at, scanned = at+1, scanned+1
			decision := decisions[discrepancy.Key(rec.Tenant, rec.Account, rec.ID, b)]
			shown := renderBreak(decide.Case{Day: rec, Break: b, Decision: decision}, country, today, language)
			if matches(query, "class", string(shown.Class)) && matches(query, "status", string(shown.Status)) && matches(query, "owner", decision.Owner) {
				out.Data = append(out.Data, shown)
			}
		}
	}
	return out, nil
}

// breaksQuery reads limit and cursor. A cursor is good for one run: another may have other breaks in other places.
func breaksQuery(r *http.Request, rec reconciliation.Reconciliation) (limit, at int, err error) {
	var f faults
	limit = limitOf(r.URL.Query(), &f)
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		raw, _ := base64.RawURLEncoding.DecodeString(cursor)
		run := 0
		n, _ := fmt.Sscanf(string(raw), "%d/%d", &run, &at)
		f.check(n == 2 && at >= 0, "field_invalid", "/cursor", "must be a next_cursor of this list")
		f.check(n != 2 || run == rec.Run, "cursor_outdated", "/cursor", "the day was compared again: start from the beginning")
	}
	return limit, at, f.err()
}

// olderBreaks are those of a run of an earlier release, as it stored them.
func (s *Server) olderBreaks(r *http.Request, rec reconciliation.Reconciliation) (any, error) {
	out := page{Data: []any{}}
	body, err := s.stored(r, rec.Result)
	if err != nil || body == nil {
		return out, err
	}
	var breaks []json.RawMessage
	if err := json.Unmarshal(body, &breaks); err != nil {
		return nil, fmt.Errorf("api: breaks of %s: %w", rec.ID, err)
	}
	for _, b := range breaks {
		out.Data = append(out.Data, b)
	}
	return out, nil
}

func (s *Server) getBreak(r *http.Request, c request.Caller) (any, error) {
	language, err := languageOf(r)
	if err != nil {
		return nil, err
	}
	found, err := s.Decider.Find(r.Context(), c.Merchant.ID, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	return s.shownBreak(r.Context(), found, language)
}

func (s *Server) shownBreak(ctx context.Context, c decide.Case, l settlement.Language) (any, error) {
	country, err := settlement.CalendarBook{Store: s.Store}.Of(ctx, c.Day.Tenant, c.Day.Network)
	if err != nil {
		return nil, err
	}
	return renderBreak(c, country, calendar.On(s.Now(), country.Zone()), l), nil
}

type decisionRequest struct {
	Method   string   `json:"method"`
	Owner    string   `json:"owner"`
	Reason   string   `json:"reason"`
	Evidence string   `json:"evidence"`
	Until    string   `json:"until"`
	Entries  []string `json:"entries"`
	Breaks   []string `json:"breaks"`
	Version  *int64   `json:"version"`
}

// decide is what people do about a break. The same request again by the same person changes nothing.
func (s *Server) decide(action discrepancy.Action) handler {
	return func(r *http.Request, c request.Caller) (any, error) {
		language, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		var q decisionRequest
		if err := note(r, &q); err != nil {
			return nil, err
		}
		move, err := q.move(action, c.Key)
		if err != nil {
			return nil, err
		}
		if move.Method == discrepancy.Expected && move.Until.IsZero() {
			found, err := s.Decider.Find(r.Context(), c.Merchant.ID, r.PathValue("id"))
			if err != nil {
				return nil, err
			}
			if move.Until, err = s.Decider.Tomorrow(r.Context(), c.Merchant.ID, found.Day.Network); err != nil {
				return nil, err
			}
		}
		done, err := s.Decider.Move(r.Context(), c.Merchant, r.PathValue("id"), move)
		if err != nil {
			return nil, err
		}
		return s.shownBreak(r.Context(), done, language)
	}
}

// move checks what a person asks for.
func (q decisionRequest) move(action discrepancy.Action, by merchant.APIKey) (discrepancy.Move, error) {
	m := discrepancy.Move{Action: action, By: by.Person, Role: string(by.Role), Reason: q.Reason, Evidence: q.Evidence, Seen: -1}
	var f faults
	f.text("/evidence", q.Evidence, 0, 500)
	if q.Version != nil {
		m.Seen = *q.Version
		f.check(m.Seen >= 0, "field_invalid", "/version", "must be the version of the break as you have read it")
	}
	if action == discrepancy.Assign {
		if m.Owner = q.Owner; m.Owner == "" {
			m.Owner = by.Person
		}
		f.text("/owner", m.Owner, 1, 100)
		f.text("/reason", q.Reason, 0, 500)
	} else {
		f.check(q.Owner == "", "field_invalid", "/owner", "is of assign")
		f.text("/reason", q.Reason, 1, 500)
	}
	if action == discrepancy.Resolve {
		q.resolution(&f, &m)
	} else {
		f.check(q.Method == "" && q.Until == "" && len(q.Entries)+len(q.Breaks) == 0, "field_invalid", "/method", "method, until, entries and breaks are of resolve")
	}
	return m, f.err()
}

func (q decisionRequest) resolution(f *faults, m *discrepancy.Move) {
	m.Method = discrepancy.Method(q.Method)
	f.check(slices.Contains(discrepancy.Methods(), m.Method), "field_invalid", "/method", fmt.Sprintf("must be one of %v", discrepancy.Methods()))
	f.check(q.Evidence != "" || m.Method == discrepancy.Expected, "field_missing", "/evidence", "says what the decision rests on: a ticket, a bank statement, a mail")
	f.check(len(q.Entries) == 0 || m.Method == discrepancy.ForceMatch || m.Method == discrepancy.Split, "field_invalid", "/entries", "is of force_match and split")
	f.check(len(q.Entries) > 0 || m.Method != discrepancy.Split, "field_missing", "/entries", "names the entries that the row is about")
	f.check((len(q.Breaks) > 0) == (m.Method == discrepancy.Link), "field_invalid", "/breaks", "names the other breaks of a link")
	f.check(len(q.Entries)+len(q.Breaks) <= decide.MaxParts, "field_invalid", "/entries", fmt.Sprintf("at most %d", decide.MaxParts))
	for _, e := range q.Entries {
		m.Parts = append(m.Parts, discrepancy.Part{Entry: e})
	}
	m.With = q.Breaks
	if q.Until != "" {
		until, err := calendar.Parse(q.Until)
		f.check(err == nil && m.Method == discrepancy.Expected, "field_invalid", "/until", "is a day as YYYY-MM-DD, of expected")
		m.Until = until
	}
}

// note reads the JSON of a move that is safe to repeat by what it says; no body is an empty one.
func note(r *http.Request, into any) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return fmt.Errorf("%w: %v", errMalformed, err)
	}
	if len(raw) > MaxBody {
		return errBodyTooLarge
	}
	if len(raw) == 0 {
		return nil
	}
	return decode(raw, into)
}
