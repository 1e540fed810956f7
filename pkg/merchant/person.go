package merchant

import (
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/store"
)

// PersonIDs are the ids of a person in a country by their documents: the one that is named, and the one within it, as the
// DNI in a person's RUC. They are digests: what is kept under them tells nobody's number. Nil if no document is known.
func PersonIDs(tenant, country, kind string, number identity.Sensitive) []string {
	if number == "" {
		return nil
	}
	id := func(kind, number string) string { return identity.Derive("per_", tenant, country, kind, number) }
	d, err := identity.ParseDocument(country, kind, number.Reveal())
	if err != nil { // as it was told: of another country, or of no known kind
		compact := strings.NewReplacer(" ", "", ".", "", "-", "").Replace(strings.ToUpper(number.Reveal()))
		return []string{id(strings.ToUpper(kind), compact)}
	}
	if d.Type == identity.PAS {
		country = "" // a passport is one wherever it is shown
	}
	ids := []string{id(string(d.Type), d.Number.Reveal())}
	if within := d.Person(); within != "" {
		ids = append(ids, id(string(identity.DNI), within))
	}
	return ids
}

// Blocked is a person to whom a merchant pays nothing until people say so.
type Blocked struct {
	ID           string    `json:"id"` // of the person
	Country      string    `json:"country"`
	DocumentType string    `json:"document_type"`
	Number       string    `json:"number"` // masked
	Why          string    `json:"why"`
	By           string    `json:"by"`
	At           time.Time `json:"at"`
	LiftedBy     string    `json:"lifted_by,omitempty"` // not blocked any more
}

// BlockedPartition holds a merchant's block list.
func BlockedPartition(tenant string) string { return tenant + "#blocked" }

// BlockedKey is a person's place on it.
func BlockedKey(tenant, person string) store.Key {
	return store.Key{PK: BlockedPartition(tenant), SK: person}
}

// EncodeBlocked makes the record; version is the one it replaces.
func EncodeBlocked(tenant string, b Blocked, version int64) store.Record {
	return record(BlockedKey(tenant, b.ID), b, version)
}

// DecodeBlocked reads it.
func DecodeBlocked(r store.Record) (Blocked, error) { return decode[Blocked](r) }

// MonthKey is where what a person was paid in a local month is counted: Free is the sum in minor units.
func MonthKey(tenant, person string, currency money.Currency, day calendar.Date) store.Key {
	return store.Key{PK: tenant + "#person#" + person + "#" + string(currency) + "#" + day.String()[:7], SK: "month"}
}

// StoresKey is where the stores that paid a person in a local month are noted, as Tags.
func StoresKey(tenant, person string, day calendar.Date) store.Key {
	return store.Key{PK: tenant + "#person#" + person + "#" + day.String()[:7], SK: "stores"}
}

// Entry is a row of the anti-money-laundering register: what reached a threshold of the rules of its day. It is for people to
// look at: who must report is for the law to say.
type Entry struct {
	ID        string         `json:"id"` // of the refund or payout
	Day       calendar.Date  `json:"day"`
	Country   string         `json:"country"`
	Person    string         `json:"person"`
	Number    string         `json:"number"` // masked
	Currency  money.Currency `json:"currency"`
	Amount    int64          `json:"amount"`
	Month     int64          `json:"month"`     // sum of the month with it
	Threshold string         `json:"threshold"` // single or monthly
	From      int64          `json:"from"`      // the threshold itself
	Rules     int            `json:"rules"`     // number of the rules that set it
}

// RegisterPartition holds a month of a merchant's register.
func RegisterPartition(tenant, month string) string { return tenant + "#register#" + month }

// EncodeEntry makes the record of a row: written once.
func EncodeEntry(tenant string, e Entry) store.Record {
	return record(store.Key{PK: RegisterPartition(tenant, e.Day.String()[:7]), SK: e.ID + "|" + e.Threshold}, e, 0)
}

// DecodeEntry reads a row.
func DecodeEntry(r store.Record) (Entry, error) { return decode[Entry](r) }

// Registers lists the rows that an amount makes, given what the person had been paid in the month before.
func (r Rules) Registers(country string, currency money.Currency, minor, before int64) (rows []Entry) {
	for _, x := range r.Register {
		if x.Country != country || x.Currency != currency {
			continue
		}
		e := Entry{Country: country, Currency: currency, Amount: minor, Month: before + minor, Rules: r.Number}
		if x.Single > 0 && minor >= x.Single {
			e.Threshold, e.From = "single", x.Single
			rows = append(rows, e)
		}
		if x.Monthly > 0 && before+minor >= x.Monthly {
			e.Threshold, e.From = "monthly", x.Monthly
			rows = append(rows, e)
		}
	}
	return rows
}

// Counts says whether the rules want to know what persons are paid in a month.
func (r Rules) Counts() bool { return r.Screen.Stores > 0 || len(r.Register) > 0 }

// Takes says whether the rules let a person of a country have a type of document; true if they do not speak of the country.
func (r Rules) Takes(country string, t identity.DocumentType) bool {
	spoken := false
	for _, d := range r.Documents {
		if d.Country != country {
			continue
		}
		spoken = true
		for _, name := range d.Types {
			if known, err := identity.DocumentTypeOf(country, name); err == nil && known == t {
				return true
			}
		}
	}
	return !spoken
}

// Speaks says whether the rules say anything about documents in a country.
func (r Rules) Speaks(country string) bool {
	for _, d := range r.Documents {
		if d.Country == country {
			return true
		}
	}
	return false
}

// Wants lists the compliance documents that a disbursement must bring.
func (r Rules) Wants(kind, reason string, amount money.Amount) (names []string) {
	for _, p := range r.Papers {
		if fits(p.Kind, kind) && p.Currency == amount.Currency() && amount.Minor() >= p.From && listed(p.Reasons, reason) {
			names = append(names, p.Name)
		}
	}
	return names
}

func listed(list []string, name string) bool {
	for _, x := range list {
		if x == name {
			return true
		}
	}
	return len(list) == 0
}
