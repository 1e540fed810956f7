package settlement

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
)

var (
	// ErrDeposit says that a line of a bank statement cannot be read.
	ErrDeposit = errors.New("settlement: no deposit")
	// ErrDepositDiffers says that the bank's id is known with another content.
	ErrDepositDiffers = errors.New("settlement: the deposit is known with another content")
)

// maxDeposits bounds a file, maxFaults what it is told to have wrong.
const maxDeposits, maxFaults = 1000, 100

// ReadDeposits reads a bank statement: CSV in UTF-8 with a header in any order: date (YYYY-MM-DD), amount (decimal, + came in),
// currency, and, if the bank gives them, id, account and reference. Other columns are ignored. Lines without an id are told
// apart by content and by how often it stands before, so that the same file is the same deposits. Every faulty line is named; with
// a fault there are none. Error: ErrDeposit, joined.
func ReadDeposits(tenant string, text []byte) ([]Deposit, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: the file is not UTF-8", ErrDeposit)
	}
	r := csv.NewReader(bytes.NewReader(text))
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: line 1: no header", ErrDeposit)
	}
	cell, err := depositColumns(header)
	if err != nil {
		return nil, err
	}
	var list []Deposit
	var faults []error
	seen := map[string]int{}
	for len(list) <= maxDeposits && len(faults) < maxFaults {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%w: %v", ErrDeposit, err))
			if !errors.Is(err, csv.ErrFieldCount) {
				break // what follows a broken quotation cannot be told from it
			}
			continue
		}
		d, err := depositOf(func(name string) string { return cell(cells, name) })
		if err != nil {
			line, _ := r.FieldPos(0)
			faults = append(faults, fmt.Errorf("%w: line %d: %v", ErrDeposit, line, err))
			continue
		}
		d.ID = d.name(tenant, cell(cells, "id"), seen)
		if slices.ContainsFunc(list, func(e Deposit) bool { return e.ID == d.ID }) {
			line, _ := r.FieldPos(0)
			faults = append(faults, fmt.Errorf("%w: line %d: the id stands twice", ErrDeposit, line))
		}
		list = append(list, d)
	}
	switch {
	case len(list) > maxDeposits:
		faults = append(faults, fmt.Errorf("%w: more than %d lines", ErrDeposit, maxDeposits))
	case len(list)+len(faults) == 0:
		faults = append(faults, fmt.Errorf("%w: no line but the header", ErrDeposit))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return list, nil
}

func depositColumns(header []string) (func(cells []string, name string) string, error) {
	at := map[string]int{}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := at[name]; twice {
			return nil, fmt.Errorf("%w: line 1: column %.20q stands twice", ErrDeposit, name)
		}
		at[name] = i
	}
	for _, name := range []string{"date", "amount", "currency"} {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("%w: line 1: missing column %q", ErrDeposit, name)
		}
	}
	return func(cells []string, name string) string {
		if i, ok := at[name]; ok {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}, nil
}

func depositOf(cell func(string) string) (Deposit, error) {
	d := Deposit{Currency: money.Currency(cell("currency")), Account: cell("account"), Reference: cell("reference")}
	var err error
	if d.Day, err = calendar.InFile(cell("date")); err != nil {
		return d, notADay(cell("date"), err)
	}
	exponent, err := d.Currency.Exponent()
	if err != nil {
		return d, fmt.Errorf("currency %.8q is not known", d.Currency)
	}
	if d.Minor, err = money.ParseMinor(cell("amount"), exponent); err != nil || d.Minor == 0 {
		return d, fmt.Errorf("amount %.30q is no decimal such as 11710.00, or nothing", cell("amount"))
	}
	if len(d.Reference) > 500 || len(d.Account) > 100 {
		return d, errors.New("the reference or the account is too long")
	}
	return d, nil
}

func notADay(text string, err error) error {
	if errors.Is(err, calendar.ErrCalendar) {
		return fmt.Errorf("date %.20q: %w", text, err)
	}
	return fmt.Errorf("date %.20q is not a day as YYYY-MM-DD", text)
}

// name is the deposit's id: by the bank's, else by what it says and how often that was said before.
func (d Deposit) name(tenant, bank string, seen map[string]int) string {
	if bank != "" {
		return identity.Derive("dep_", "deposit", tenant, "id", bank)
	}
	about := []string{d.Day.String(), strconv.FormatInt(d.Minor, 10), string(d.Currency), d.Account, d.Reference}
	key := strings.Join(about, "\x00")
	seen[key]++
	return identity.Derive("dep_", append([]string{"deposit", tenant, "line", strconv.Itoa(seen[key])}, about...)...)
}
