package recon

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	shop "github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// OrdersOptions are what a shop's orders are held against.
type OrdersOptions struct {
	Export   shop.Export // without its text
	Orders   string      // path
	Books    string      // path
	Receipts string      // path, of other channels; empty = none
	Out      string      // directory, made if it is not there
	Ours     []string    // networks and providers, as the shop may name them
	Language settlement.Language
	Matches  bool // write matches.csv
}

// mostText bounds an export and receipts, in bytes: they have so many lines at most, see shop.MaxLines. Books have no bound: they are gone through twice,
// and kept of them is what an order names, and what is of a day of the export.
const mostText = 64 << 20

// errText says that an export is no such file.
var errText = errors.New("more than 64 MiB: export fewer days")

// Orders compares a shop's orders with the books and writes the outputs, which the caller publishes or discards. On an error there are none. Errors:
// *LineError of the books, shop.ErrLine, shop.ErrShape, ErrArchive, ErrBomb, and those of the file system.
func Orders(ctx context.Context, o OrdersOptions) (*OrdersResult, error) {
	s := &OrdersSummary{Breaks: map[shop.Class]int{}, Digests: map[string]string{}, Engine: Engine, paths: map[string]string{}}
	text, err := s.whole(o.Orders)
	if err != nil {
		return nil, err
	}
	o.Export.Text = text
	orders, err := shop.Read(o.Export)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Orders, err)
	}
	books := shop.Books{Ours: o.Ours}
	if o.Receipts != "" {
		if text, err = s.whole(o.Receipts); err != nil {
			return nil, err
		}
		if books.Receipts, err = shop.ReadReceipts("", text); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Receipts, err)
		}
	}
	if books.Money, err = s.money(ctx, o.Books, orders); err != nil {
		return nil, err
	}
	s.Orders, s.Receipts = len(orders), len(books.Receipts)
	return s.write(o, shop.Compare(orders, books))
}

// whole reads a file that has its bound.
func (s *OrdersSummary) whole(path string) ([]byte, error) {
	in, err := openSource(path, true)
	if err != nil {
		return nil, err
	}
	defer in.close()
	text, err := io.ReadAll(io.LimitReader(in.text, mostText+1))
	if err == nil && len(text) > mostText {
		err = errText
	}
	if err == nil {
		err = s.keepDigest(path, in)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return text, nil
}

// keepDigest notes the digest of a file that has been read to its end, by its base name; of two of one name, the later by its path.
func (s *OrdersSummary) keepDigest(path string, in *source) (err error) {
	name := in.name
	if first, taken := s.paths[name]; taken && first != path {
		name = path
	} else {
		s.paths[name] = path
	}
	s.Digests[name], err = in.digest()
	return err
}

// booking is a line of the books, as far as orders are concerned.
type booking struct {
	line  int
	kind  settlement.Kind
	money shop.Money
}

// money is what the books have of the orders, and of the days of the export.
func (s *OrdersSummary) money(ctx context.Context, path string, orders []shop.Order) ([]shop.Money, error) {
	names, days := map[string]bool{}, map[calendar.Date]bool{}
	for _, o := range orders {
		days[o.Day] = true
		for _, name := range o.Names() {
			names[strings.TrimPrefix(name, "#")] = true
		}
	}
	err := s.bookings(ctx, path, func(b booking) error {
		if s.Entries++; b.kind == settlement.KindPayment && b.money.Received > 0 && days[b.money.Day] {
			names[b.money.Name()] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var list []shop.Money
	at := map[string]int{} // the line of an id
	err = s.bookings(ctx, path, func(b booking) error {
		if b.kind == settlement.KindPayout || !names[b.money.Name()] {
			return nil
		}
		if first, twice := at[b.money.Payment]; twice {
			return fmt.Errorf("id %.60q stands on line %d already", b.money.Payment, first)
		}
		at[b.money.Payment] = b.line
		list = append(list, b.money)
		return nil
	})
	return list, err
}

// bookings goes through the books. Error: *LineError for the first line that cannot be read, and for one that do refuses.
func (s *OrdersSummary) bookings(ctx context.Context, path string, do func(booking) error) error {
	in, err := openSource(path, true)
	if err != nil {
		return err
	}
	defer in.close()
	lines := &shortLines{in: in.text}
	r := csv.NewReader(lines)
	r.ReuseRecord = true
	at, err := ordersHeader(r)
	if err != nil {
		return fmt.Errorf("%s: %w", in.name, err)
	}
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return s.keepDigest(path, in)
		}
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			return &LineError{in.name, uint32(parse.Line), parse.Err.Error()}
		case errors.Is(err, errTooLong):
			return &LineError{in.name, lines.line + 1, err.Error()}
		case err != nil:
			return fmt.Errorf("%s: %w", in.name, err)
		}
		line, _ := r.FieldPos(0)
		b, err := at.booking(line, cells)
		if err == nil {
			err = do(b)
		}
		if err != nil {
			return &LineError{in.name, uint32(line), err.Error()}
		}
	}
}

// ordersColumns are the places of the columns of books; -1 for one that is not there.
type ordersColumns struct{ id, kind, order, amount, currency, status, occurred int }

func ordersHeader(r *csv.Reader) (ordersColumns, error) {
	names, err := r.Read()
	if err != nil {
		return ordersColumns{}, fmt.Errorf("the header cannot be read: %w", err)
	}
	names[0] = strings.TrimPrefix(names[0], "\ufeff")
	of := func(name string) int { return slices.Index(names, name) }
	c := ordersColumns{of("id"), of("kind"), of("order_reference"), of("amount"), of("currency"), of("status"), of("occurred_at")}
	if c.order < 0 {
		c.order = of("reference") // of a network whose reference is the order's
	}
	var missing []string
	for name, at := range map[string]int{"id": c.id, "kind": c.kind, "order_reference": c.order, "amount": c.amount, "currency": c.currency, "status": c.status, "occurred_at": c.occurred} {
		if at < 0 {
			missing = append(missing, name)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		return c, fmt.Errorf("missing column %q", missing)
	}
	return c, nil
}

// booking reads a line. What is no money that moved has no sum.
func (c ordersColumns) booking(line int, cells []string) (booking, error) {
	b := booking{line: line, kind: settlement.Kind(cells[c.kind])}
	m := shop.Money{Payment: cells[c.id], Order: cells[c.order], Account: cells[c.id], State: cells[c.status], Currency: money.Currency(cells[c.currency])}
	exponent, err := m.Currency.Exponent()
	if err != nil {
		return b, fmt.Errorf("currency %.8q is not known", m.Currency)
	}
	minor, err := money.ParseMinor(cells[c.amount], exponent)
	at, late := time.Parse(time.RFC3339, cells[c.occurred])
	m.Day = calendar.On(at, calendar.Colombia().Zone()) // both countries keep one time
	switch {
	case m.Payment == "" || !utf8.ValidString(m.Payment+m.Order):
		return b, errors.New("id is empty, or it or the order is not UTF-8")
	case err != nil || minor < 0:
		return b, errBookAmount
	case late != nil || !m.Day.Ours():
		return b, errOccurred
	case !slices.Contains(entryStatuses[:], m.State):
		return b, errBookStatus
	case b.kind == settlement.KindPayment:
		if m.Asked = minor; m.State == settlement.Paid {
			m.Received = minor
		}
	case b.kind == settlement.KindRefund && m.State == settlement.Paid:
		m.Back = minor
	case b.kind == settlement.KindRefund && m.State == "pending":
		m.Going = minor
	case b.kind != settlement.KindRefund && b.kind != settlement.KindPayout:
		return b, errKind
	}
	m.Account, m.Order = m.Payment, strings.Clone(m.Order)
	b.money = m
	return b, nil
}

// shortLines ends a text with a line that no reader should hold.
type shortLines struct {
	in   io.Reader
	size int // of the line that is being read
	line uint32
}

func (s *shortLines) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	for _, c := range p[:n] {
		if s.size++; c == '\n' {
			s.size, s.line = 0, s.line+1
		}
		if s.size > longest {
			return 0, errTooLong
		}
	}
	return n, err
}
