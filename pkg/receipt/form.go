package receipt

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
)

// ErrForm says that there is no template of this name.
var ErrForm = errors.New("receipt: no such form")

// Form is the template of a compliance document: the facts are filled in, and what only who signs it can say is left free. Signed, it is
// kept as a paper of the refund, under the name that the merchant's rules ask for.
type Form struct {
	Name     string
	Language string
	Title    string
	Lines    []Line
	Text     []string
	Blanks   []string // labels of what is written by hand
	Notes    []string
	Undrawn  string // the note for characters that no face has
	At       time.Time
	Author   string
}

// pattern of a form. Names are append only: they are parts of addresses.
type pattern struct {
	Name   string              `json:"name"`
	Signer string              `json:"signer"` // buyer or merchant
	Ours   bool                `json:"ours"`   // says who of the merchant's people asked for it and agreed
	Blanks []string            `json:"blanks"` // beside those of every signature
	Title  map[string]string   `json:"title"`
	Text   []map[string]string `json:"text"`
}

//go:embed forms.json
var formsFile []byte

var forms = sync.OnceValue(func() (f struct {
	Forms []pattern                    `json:"forms"`
	Words map[string]map[string]string `json:"words"`
}) {
	if err := json.Unmarshal(formsFile, &f); err != nil {
		panic(err) // embedded, and read by a test
	}
	return f
})

// Forms are the names of all templates.
func Forms() (names []string) {
	for _, f := range forms().Forms {
		names = append(names, f.Name)
	}
	return names
}

// FormOf is a template with the facts of a refund. Errors: ErrForm, ErrLanguage.
func FormOf(name string, d disbursement.Disbursement, m merchant.Merchant, live bool, lang string) (Form, error) {
	f, w, err := begin(name, d.Network, m, live, lang)
	if err != nil {
		return f, err
	}
	w.what(d, m)
	w.line("amount", sum(lang, w.country.Code(), d.Amount), 1)
	w.exchange(d.FX)
	w.whom(d)
	if pattern, _ := patternOf(name); pattern.Ours {
		w.lines = append(w.lines, worded(lang, "reason_text", d.ReasonText, 4)...)
		w.lines = append(w.lines, worded(lang, "requested_by", d.RequestedBy, 1)...)
		w.lines = append(w.lines, worded(lang, "approved_by", d.ApprovedBy, 1)...)
	}
	f.Lines, f.At = w.lines, d.CreatedAt
	return f, nil
}

// FormOfPayment is a template for a refund that is still to be asked for: rules may want the signed paper with the request. What the
// refund will be is left free. Errors: ErrForm, ErrLanguage.
func FormOfPayment(name string, p payment.Payment, m merchant.Merchant, live bool, lang string) (Form, error) {
	f, w, err := begin(name, p.Network, m, live, lang)
	if err != nil {
		return f, err
	}
	w.line("merchant", m.Name, 2)
	w.line("store", p.Store, 1)
	w.line("order", p.Order, 2)
	w.line("payment", p.ID, 1)
	w.line("original_transaction", p.TransactionID(), 1)
	w.lines = append(w.lines, worded(lang, "paid", sum(lang, w.country.Code(), money.New(p.PaidMinor(), p.Amount.Currency())), 1)...)
	w.person(p.Payer)
	w.line("network", p.Network+" / "+p.Provider, 1)
	f.Lines, f.At = w.lines, p.CreatedAt
	f.Blanks = append([]string{say(lang, "amount"), say(lang, "reason")}, f.Blanks...)
	return f, nil
}

// begin is all of a form that is not its facts.
func begin(name, network string, m merchant.Merchant, live bool, lang string) (f Form, w *writer, err error) {
	if !slices.Contains(Languages(), lang) {
		return f, nil, fmt.Errorf("%w: lang is one of %s", ErrLanguage, strings.Join(Languages(), ", "))
	}
	p, ok := patternOf(name)
	if !ok {
		return f, nil, fmt.Errorf("%w: there are %s", ErrForm, strings.Join(Forms(), ", "))
	}
	country, err := calendar.ByNetwork(network)
	if err != nil {
		return f, nil, err
	}
	f = Form{Name: name, Language: lang, Title: p.Title[lang], Author: m.Name, Notes: []string{word(lang, "template")}, Undrawn: say(lang, "undrawn")}
	if !live {
		f.Notes = append([]string{say(lang, "test")}, f.Notes...)
	}
	filled := strings.NewReplacer("{unit}", word(lang, "unit."+country.Code()), "{law}", word(lang, "law."+country.Code()),
		"{country}", word(lang, "country."+country.Code()))
	for _, t := range p.Text {
		f.Text = append(f.Text, filled.Replace(t[lang]))
	}
	keys := slices.Clone(p.Blanks)
	if keys = append(keys, p.Signer+"_name"); p.Signer == "buyer" {
		keys = append(keys, "buyer_document")
	}
	for _, key := range append(keys, "place", "signature") {
		f.Blanks = append(f.Blanks, word(lang, key))
	}
	return f, &writer{lang: lang, country: country}, nil
}

func patternOf(name string) (pattern, bool) {
	all := forms().Forms
	if i := slices.IndexFunc(all, func(p pattern) bool { return p.Name == name }); i >= 0 {
		return all[i], true
	}
	return pattern{}, false
}

// word is a form's own word for a key.
func word(lang, key string) string { return forms().Words[key][lang] }

// worded is a line in a form's own words; none if there is no value.
func worded(lang, key, value string, most int) []Line {
	if value == "" {
		return nil
	}
	return []Line{{word(lang, key), value, most}}
}

// FormWords are what a language's forms are made of, by where they stand.
func FormWords(lang string) map[string]string {
	all := map[string]string{}
	for _, f := range forms().Forms {
		all[f.Name+".title"] = f.Title[lang]
		for i, t := range f.Text {
			all[fmt.Sprintf("%s.%d", f.Name, i)] = t[lang]
		}
	}
	for key, w := range forms().Words {
		all[key] = w[lang]
	}
	return all
}
