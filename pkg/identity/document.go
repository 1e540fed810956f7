package identity

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// DocumentType is a kind of identity document under the name that the country's own people use for it.
type DocumentType string

const (
	CC  DocumentType = "CC"  // Colombia: cédula de ciudadanía
	CE  DocumentType = "CE"  // both: of a foreigner who lives there (cédula, carné de extranjería)
	NIT DocumentType = "NIT" // Colombia: tax id, with a check digit
	TI  DocumentType = "TI"  // Colombia: of a minor
	PAS DocumentType = "PAS" // passport of any country
	PEP DocumentType = "PEP" // Colombia: permiso especial de permanencia
	PPT DocumentType = "PPT" // Colombia: permiso por protección temporal
	DNI DocumentType = "DNI" // Peru: documento nacional de identidad
	RUC DocumentType = "RUC" // Peru: tax id, with a check digit
)

// ErrDocument says a document's type or number cannot be right. The message names what is wrong and repeats no digit.
var ErrDocument = errors.New("identity: not a document")

// Document is a document that has passed its checks.
type Document struct {
	Country string // ISO 3166: CO or PE
	Type    DocumentType
	Number  Sensitive // without separators and without check character: see Check
	Check   string    // of NIT, RUC and, if it was given, DNI
}

// ParseDocument reads what a person wrote: dots, spaces and hyphens are dropped, small letters raised.
// Error: ErrDocument.
func ParseDocument(country, kind, number string) (Document, error) {
	t, err := DocumentTypeOf(country, kind)
	if err != nil {
		return Document{}, err
	}
	d := Document{Country: country, Type: t}
	compact := strings.ToUpper(strip(number, ". \u00a0"))
	switch {
	case compact == "":
		return Document{}, fmt.Errorf("%w: %s without a number", ErrDocument, t)
	case t == NIT:
		err = d.nit(compact)
	case t == RUC:
		err = d.ruc(strip(compact, "-"))
	case t == DNI:
		err = d.dni(compact)
	default:
		err = d.plain(strip(compact, "-"))
	}
	if err != nil {
		return Document{}, err
	}
	return d, nil
}

// DocumentTypeOf reads a type's name: ours, or one of those that forms and providers use. Error: ErrDocument if the
// country has no such document.
func DocumentTypeOf(country, name string) (DocumentType, error) {
	t := DocumentType(strings.ToUpper(strings.TrimSpace(name)))
	switch t {
	case "PASS", "PP", "PASSPORT", "PASAPORTE":
		t = PAS
	}
	if slices.Contains(DocumentTypes(country), t) {
		return t, nil
	}
	return "", fmt.Errorf("%w: %q is no type of document in %q", ErrDocument, clip(name), clip(country))
}

// DocumentTypes lists the types of document of a country ("CO", "PE"), the commonest first.
func DocumentTypes(country string) []DocumentType {
	switch country {
	case "CO":
		return []DocumentType{CC, CE, NIT, PPT, PEP, PAS, TI}
	case "PE":
		return []DocumentType{DNI, CE, RUC, PAS}
	}
	return nil
}

// Full is the number with its check character, as most forms want it: "8301402996".
func (d Document) Full() string { return string(d.Number) + d.Check }

// Hyphenated is the number with its check character behind a hyphen: "830140299-6"; without one it is just the number.
func (d Document) Hyphenated() string {
	if d.Check == "" {
		return string(d.Number)
	}
	return string(d.Number) + "-" + d.Check
}

// shape is what a number without check character looks like.
type shape struct {
	least, most int
	letters     bool
}

// plain checks numbers that carry no check character.
func (d *Document) plain(number string) error {
	s := d.shape()
	if len(number) < s.least || len(number) > s.most {
		return fmt.Errorf("%w: %s has %d to %d characters", ErrDocument, d.Type, s.least, s.most)
	}
	for i := range len(number) {
		c := number[i]
		if !digit(c) && (!s.letters || c < 'A' || c > 'Z') {
			return fmt.Errorf("%w: %s has a character that is none of its own", ErrDocument, d.Type)
		}
	}
	d.Number = Sensitive(number)
	return nil
}

// shape of a plain document. Where providers differ the wider rule stands here; each provider's own is Fits.
func (d Document) shape() shape {
	switch {
	case d.Type == CC:
		return shape{least: 6, most: 10}
	case d.Type == TI:
		return shape{least: 10, most: 11}
	case d.Type == PEP:
		return shape{least: 15, most: 15}
	case d.Type == CE && d.Country == "PE":
		return shape{least: 9, most: 12, letters: true}
	case d.Type == CE, d.Type == PPT:
		return shape{least: 6, most: 12}
	}
	return shape{least: 5, most: 12, letters: true} // passports
}

func strip(s, cut string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(cut, r) {
			return -1
		}
		return r
	}, s)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func digits(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) {
			return false
		}
	}
	return s != ""
}

// clip keeps what people paste out of error texts.
func clip(s string) string {
	if len(s) > 12 {
		return s[:12] + "…"
	}
	return s
}
