// Package receipt is what a person is given in hand about a refund or payout that has ended: the facts of its journal up to the
// entry that ended it, in the reader's language. The same journal gives the same receipt.
package receipt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
)

var (
	// ErrNotReady says that there is nothing to attest: the money is still on its way, or never left.
	ErrNotReady = errors.New("receipt: it has not ended yet")
	// ErrLanguage says that there are no words in this language.
	ErrLanguage = errors.New("receipt: no such language")
)

// Line is one fact.
type Line struct {
	Label, Value string
	Max          int // lines it may take on paper
}

// Receipt is what stands on one.
type Receipt struct {
	Tenant, ID string
	Entry      int    // of the journal, that it attests
	Language   string // of Languages
	Title      string
	Statement  string
	Lines      []Line
	Notes      []string
	Undrawn    string // the note for characters that no face has
	At         time.Time
	Author     string
}

// Name under which the journal knows it: the entry that it attests and the language.
func (r Receipt) Name() string { return Name(r.Entry, r.Language) }

// Name of the receipt of an entry in a language.
func Name(entry int, lang string) string { return fmt.Sprintf("%d-%s", entry, lang) }

// File is where the receipt is archived.
func (r Receipt) File() string { return File(r.Tenant, r.ID, r.Name()) }

// File is where the receipt of a name is archived.
func File(tenant, id, name string) string {
	return "receipts/" + tenant + "/" + id + "/" + name + ".pdf"
}

// Of is the receipt of how a refund or payout ended. Errors: ErrNotReady, ErrLanguage.
func Of(d disbursement.Disbursement, m merchant.Merchant, live bool, lang string) (Receipt, error) {
	if !slices.Contains(Languages(), lang) {
		return Receipt{}, fmt.Errorf("%w: lang is one of %s", ErrLanguage, strings.Join(Languages(), ", "))
	}
	entry := d.Ending()
	if entry == 0 {
		return Receipt{}, fmt.Errorf("%w: it is %s", ErrNotReady, d.State)
	}
	country, err := calendar.ByNetwork(d.Network)
	if err != nil {
		return Receipt{}, err
	}
	step, back := d.History[entry-1], d.State == disbursement.Returned
	r := Receipt{Tenant: d.Tenant, ID: d.ID, Entry: entry, Language: lang, At: step.At, Author: m.Name,
		Title: say(lang, "title."+string(d.Kind)), Statement: say(lang, "paid"), Undrawn: say(lang, "undrawn"),
		Notes: []string{say(lang, "note")}}
	if back {
		r.Title, r.Statement = say(lang, "title."+string(d.Kind)+".returned"), say(lang, "returned")
	}
	if !live {
		r.Notes = append([]string{say(lang, "test")}, r.Notes...)
	}
	w := writer{lang: lang, country: country}
	w.what(d, m)
	w.money(d, step, back)
	w.whom(d)
	w.proof(d, entry)
	r.Lines = w.lines
	return r, nil
}

// writer collects lines; empty values make none.
type writer struct {
	lang    string
	country calendar.Country
	lines   []Line
}

func (w *writer) line(key, value string, most int) {
	if value != "" {
		w.lines = append(w.lines, Line{say(w.lang, key), value, most})
	}
}

func (w *writer) what(d disbursement.Disbursement, m merchant.Merchant) {
	w.line("merchant", m.Name, 2)
	w.line("store", d.Store, 1)
	w.line("id", d.ID, 1)
	w.line("merchant_ref", d.MerchantRef, 2)
	w.line("order", d.Order, 2)
	w.line("payment", d.Payment, 1)
	w.line("original_transaction", d.OriginalTransaction, 1)
}

func (w *writer) money(d disbursement.Disbursement, step disbursement.Step, back bool) {
	amount := func(minor int64) string {
		return sum(w.lang, w.country.Code(), money.New(minor, d.Amount.Currency()))
	}
	w.line("amount", amount(d.Amount.Minor()), 1)
	w.exchange(d.FX)
	if d.Received > 0 && (d.Received != d.Amount.Minor() || !back) {
		w.line("received", amount(d.Received), 1)
	}
	if back {
		w.line("returned_amount", amount(d.Returned), 1)
		w.line("returned_at", instant(w.lang, step.At, w.country.Zone()), 1)
		return
	}
	w.line("paid_at", instant(w.lang, d.PaidAt, w.country.Zone()), 1)
}

func (w *writer) exchange(fx *disbursement.FX) {
	if fx == nil {
		return
	}
	w.line("asked", sum(w.lang, w.country.Code(), money.New(fx.Asked, fx.Currency)), 1)
	w.line("rate", fmt.Sprintf("1 %s = %s %s (%s, %s)", fx.Lock.Base, fx.Lock.Value, fx.Lock.Quote, fx.Lock.Source, fx.Lock.Day), 2)
}

// person shows the name as it is, since the paper is for that person, and no more of numbers than tells two people apart.
func (w *writer) person(b identity.Person) {
	w.line("beneficiary", b.Name.Reveal(), 2)
	if b.DocumentNumber != "" {
		w.line("document", strings.TrimSpace(b.DocumentType+" "+b.DocumentNumber.Mask()), 1)
	}
	if b.Account != "" {
		w.line("account", strings.TrimSpace(b.Bank+" "+b.Account.Mask()), 1)
	}
}

func (w *writer) whom(d disbursement.Disbursement) {
	w.person(d.Beneficiary)
	w.line("network", d.Network+" / "+d.Provider, 1)
	w.line("reference", d.Reference, 2)
	w.line("route", say(w.lang, "route."+string(d.Route)), 1)
	if d.Kind == disbursement.Payout {
		w.line("purpose", d.Reason, 2)
		return
	}
	w.line("reason", say(w.lang, "reason."+d.Reason), 1)
}

func (w *writer) proof(d disbursement.Disbursement, entry int) {
	step := d.History[entry-1]
	w.line("entry", fmt.Sprintf("%d (%s → %s, %s)", entry, step.From, step.To, step.At.UTC().Format("2006-01-02T15:04:05.000Z")), 2)
	w.line("evidence", step.Evidence, 2)
	chain := audit.Begin(d.Tenant, d.ID)
	for _, s := range d.Journal()[:entry] {
		chain.Add(s)
	}
	hash := chain.Last().String()
	w.line("hash", hash[:len(hash)/2]+" "+hash[len(hash)/2:], 2) // in two lines, of which none is a remainder
}
