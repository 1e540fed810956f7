package api

import (
	"errors"
	"fmt"
	"net/url"
	"unicode/utf8"

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
	f.check(n >= least && n <= most && !hasControl(value), code, pointer, fmt.Sprintf("must have %d to %d printable characters", least, most))
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

func hasControl(s string) bool {
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return true
		}
	}
	return false
}

func matches(query url.Values, name, value string) bool {
	want := query.Get(name)
	return want == "" || want == value
}

func isNotFound(err error) bool { return errors.Is(err, request.ErrNotFound) }
