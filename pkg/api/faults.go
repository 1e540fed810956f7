package api

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/door"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/money"
)

// MaxAmount is the largest amount a request may name: a hundred times any network's limit, far below what sums overflow.
const MaxAmount = 1_000_000_000_000_00

// faults collects what is wrong with a body, so that the caller learns all of it at once.
type faults struct {
	list []FieldError
	code string
}

func (f *faults) check(ok bool, code, pointer, detail string) {
	if ok {
		return
	}
	if f.code == "" {
		f.code = code
	}
	f.list = append(f.list, FieldError{Pointer: pointer, Detail: detail})
}

func (f *faults) text(pointer, value string, least, most int) {
	n := utf8.RuneCountInString(value)
	code := "field_invalid"
	if value == "" {
		code = "field_missing"
	}
	f.check(n >= least && n <= most && showable(value), code, pointer, fmt.Sprintf("must have %d to %d printable characters", least, most))
}

func (f *faults) amount(minor int64) {
	f.check(minor > 0 && minor <= MaxAmount, "amount_invalid", "/amount", "must be a positive number of minor units")
}

func (f *faults) currency(code string) {
	f.check(money.Currency(code).Known(), "currency_mismatch", "/currency", "must be COP, PEN or USD")
}

func (f *faults) person(pointer string, p *personRequest) {
	if p == nil {
		return
	}
	f.text(pointer+"/name", p.Name, 0, 120)
	f.text(pointer+"/email", p.Email, 0, 100)
	f.text(pointer+"/document_type", p.DocumentType, 0, 8)
	f.text(pointer+"/document_number", p.DocumentNumber, 0, 20)
	f.text(pointer+"/phone", p.Phone, 0, 20)
	f.text(pointer+"/account", p.Account, 0, 40)
	f.text(pointer+"/bank", p.Bank, 0, 40)
	f.text(pointer+"/account_type", p.AccountType, 0, 20)
}

func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &invalid{f.code, f.list}
}

// maxText bounds every text of a request, in bytes: twice the longest that any field takes.
const maxText = 4 << 10

// showable says that a text shows what it is: it has no control characters, no breaks of lines, nothing that turns the
// direction of what stands around it, and no code points that are none.
func showable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' ||
			r&0xfffe == 0xfffe || r >= '\ufdd0' && r <= '\ufdef'
	})
}

// addressed checks what a request is addressed to: ids and parameters become keys of records, which have their bounds. Errors:
// ErrNotFound, *invalid.
func addressed(r *http.Request) error {
	if !door.Leads(r.PathValue("id")) || !door.Leads(r.PathValue("digest")) {
		return fmt.Errorf("%w: nothing has such an id", request.ErrNotFound)
	}
	var f faults
	query := r.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			f.check(len(value) <= maxParameter && utf8.ValidString(value), "field_invalid", "/"+clip(strings.ToValidUTF8(name, "\ufffd")), "must be UTF-8, of at most 1024 bytes")
		}
	}
	return f.err()
}

// maxParameter bounds one parameter, in bytes: below what a record's key may have, beyond any cursor of ours.
const maxParameter = 1024

func matches(query url.Values, name, value string) bool {
	want := query.Get(name)
	return want == "" || want == value
}

func isNotFound(err error) bool { return errors.Is(err, request.ErrNotFound) }
