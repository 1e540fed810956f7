package simnet

import (
	"bytes"
	"encoding/csv"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// Form is how a provider prints a settlement file.
type Form struct {
	Name  string // within the book
	Head  string // the first line
	Comma rune
	Rows  func(m Movement, zone *time.Location) [][]string // of one movement; none leaves it out
}

// page is an account's file of a day as far as it is put together. Within what has been closed a file only grows, and it is
// asked for every hour: what was found and printed is kept until another day is closed into it, or an account registered.
type page struct {
	zone    *time.Location
	seen    int // movements of the book that were looked at
	listed  []Movement
	printed int // of the listed
	body    bytes.Buffer
}

type pageKey struct {
	account string
	settles calendar.Date
	form    string
}

// page finds what an account's file of a day holds; nil while nothing settles on that day.
func (b *Book) page(a *Account, settles calendar.Date, form string) *page {
	network := b.network(a)
	if !b.published[networkDay{network, settles}] {
		return nil
	}
	key := pageKey{a.ID, settles, form}
	p := b.pages[key]
	if p == nil {
		country, err := calendar.ByNetwork(network)
		if err != nil {
			return nil
		}
		p = &page{zone: country.Zone()}
		b.pages[key] = p
	}
	for _, m := range b.movements[p.seen:] {
		if m.Account.ID == a.ID && b.closed[networkDay{network, calendar.On(m.At, p.zone)}] == settles {
			p.listed = append(p.listed, m)
		}
	}
	p.seen = len(b.movements)
	return p
}

// Movements lists what an account's file of a day holds, oldest first, to be read only; false while nothing settles on
// that day.
func (b *Book) Movements(a *Account, settles calendar.Date) ([]Movement, bool) {
	p := b.page(a, settles, "")
	if p == nil {
		return nil, false
	}
	return p.listed, true
}

// Print is an account's settlement file of a day in a form, to be read only; false while nothing settles on that day.
func (b *Book) Print(a *Account, settles calendar.Date, form Form) ([]byte, bool) {
	p := b.page(a, settles, form.Name)
	if p == nil {
		return nil, false
	}
	if p.body.Len() == 0 {
		p.body.WriteString(form.Head + "\n")
	}
	if p.printed < len(p.listed) {
		w := csv.NewWriter(&p.body)
		w.Comma = form.Comma
		for _, m := range p.listed[p.printed:] {
			_ = w.WriteAll(form.Rows(m, p.zone))
		}
		p.printed = len(p.listed)
	}
	return p.body.Bytes(), true
}

// File is an account's settlement file of a day in the generic columns, to be read only; false while nothing settles on it.
func (b *Book) File(a *Account, settles calendar.Date) ([]byte, bool) {
	return b.Print(a, settles, Form{Name: "generic", Comma: ',', Rows: generic,
		Head: "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status"})
}

func generic(m Movement, zone *time.Location) (rows [][]string) {
	for _, l := range m.lines() {
		rows = append(rows, l.print(zone))
	}
	return rows
}
