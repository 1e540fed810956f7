package order

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

// Line is an order as a record has it: who it is is read, the rest when somebody asks.
type Line struct {
	Day  calendar.Date
	Shop string
	Name string
	Also []string
	At   int64 // when it was brought, in milliseconds since 1970
	what []byte
}

// Instead says whether an order stands where another line has put it: the one that was brought later counts, of two at once the later day.
func (l Line) Instead(other Line) bool {
	return l.At > other.At || l.At == other.At && other.Day.Before(l.Day)
}

// Names are all the names of the order, its own first.
func (l Line) Names() []string { return append([]string{l.Name}, l.Also...) }

// Who is the order's name among those of all shops.
func (l Line) Who() [2]string { return [2]string{l.Shop, l.Name} }

// Light is the line without what it does not say yet: it can be kept.
func (l Line) Light() Line {
	l.what = nil
	return l
}

// Order reads it whole.
func (l Line) Order() (Order, error) {
	o := Order{Day: l.Day, Shop: l.Shop}
	if err := json.Unmarshal(l.what, &o); err != nil {
		return o, fmt.Errorf("order: %s of %s: %w", l.Name, l.Day, err)
	}
	return o, nil
}

// Scan hands over who was brought from one day to another, a record at a time and ten times as fast as reading the orders. An order may stand
// under two days: see Instead.
func (b Book) Scan(ctx context.Context, tenant string, from, to calendar.Date, do func(Line)) error {
	return scan(ctx, b.Store, partition(tenant, "orders"), from, to, func(day calendar.Date, shop, name string, what []byte, at int64) (err error) {
		l := Line{Day: day, Shop: shop, Name: name, At: at, what: what}
		if also := field(what, "o"); also != nil {
			err = json.Unmarshal(also, &l.Also)
		}
		do(l)
		return err
	})
}

// ScanReceipts hands over what other channels told from one day to another as Scan does: of which channel, with which id and for which order. Read
// reads the receipt whole.
func (b Book) ScanReceipts(ctx context.Context, tenant string, from, to calendar.Date, do func(channel, order string, read func() (Receipt, error)) error) error {
	return scan(ctx, b.Store, partition(tenant, "receipts"), from, to, func(day calendar.Date, channel, id string, what []byte, _ int64) error {
		return do(channel, text(field(what, "o")), func() (Receipt, error) {
			r := Receipt{ID: id, Day: day}
			if err := json.Unmarshal(what, &r); err != nil {
				return r, fmt.Errorf("order: receipt %s: %w", id, err)
			}
			return r, nil
		})
	})
}

// scan gives the lines of records with what they say as it is kept.
func scan(ctx context.Context, s store.Store, pk string, from, to calendar.Date, do func(day calendar.Date, group, name string, what []byte, at int64) error) error {
	return records(ctx, s, pk, from, to, func(day calendar.Date, group string, body []byte) (err error) {
		whole := object(body, func(key, line []byte) bool {
			at, bad := strconv.ParseInt(string(field(line, "at")), 10, 64)
			if what := field(line, "w"); what != nil && bad == nil {
				err = do(day, group, text(key), what, at)
				return err == nil
			}
			return false
		})
		if !whole && err == nil {
			return fmt.Errorf("order: a record of %s cannot be read", day)
		}
		return err
	})
}

// object hands over the members of a JSON object as it was encoded here, without blanks: their keys with quotes, and their values. False: it is none, or
// do has enough.
func object(b []byte, do func(key, value []byte) bool) bool {
	if len(b) < 2 || b[0] != '{' {
		return false
	}
	for i := 1; i < len(b) && b[i] != '}'; {
		if b[i] == ',' {
			i++
		}
		key := value(b[i:])
		if i += len(key); len(key) == 0 || key[0] != '"' || i >= len(b) || b[i] != ':' {
			return false
		}
		v := value(b[i+1:])
		if i += 1 + len(v); len(v) == 0 || i >= len(b) || !do(key, v) {
			return false
		}
	}
	return true
}

// field of an object; nil if it has none of that name.
func field(b []byte, name string) (found []byte) {
	object(b, func(key, v []byte) bool {
		if string(key[1:len(key)-1]) == name {
			found = v
		}
		return found == nil
	})
	return found
}

// value is the JSON value that a text begins with; empty if it is not whole.
func value(b []byte) []byte {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := quoted(b[i:])
			if n == 0 {
				return nil
			}
			if i += n - 1; depth == 0 {
				return b[:i+1]
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return b[:i] // a number ends where what it is in does
			}
			if depth == 0 {
				return b[:i+1]
			}
		case ',':
			if depth == 0 {
				return b[:i]
			}
		}
	}
	return nil
}

// quoted is how long the string is that a text begins with; 0 if it does not end.
func quoted(b []byte) int {
	for i := 1; i < len(b); i++ {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return 0
		}
		if slash := bytes.IndexByte(b[i:i+n], '\\'); slash >= 0 {
			i += slash + 1 // what is behind it ends nothing
			continue
		}
		return i + n + 1
	}
	return 0
}

// text of a JSON string.
func text(b []byte) (s string) {
	if len(b) >= 2 && bytes.IndexByte(b, '\\') < 0 {
		return string(b[1 : len(b)-1])
	}
	_ = json.Unmarshal(b, &s) // our own: quoted has found its end
	return s
}
