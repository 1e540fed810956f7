package decide

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/store"
)

// Span is which legs of a merchant's shops are asked for.
type Span struct {
	From, To calendar.Date
	After    string // where the answer before ended; empty = from the beginning
	Limit    int    // how many orders, receipts, and payments without an order are looked at; 0 = MaxLegs
	Only     string // the id of the one leg that is wanted, of all that the span has; empty = all
}

// MaxLegs is how many legs are looked at at once: an answer of a function may have six megabytes, and a leg less than one kilobyte.
const MaxLegs = 4000

// keysEach is how many payments are held against the orders' names for each leg that is looked at. Of one that an order names nothing is read here but its
// key.
const keysEach = 12

// The legs of a day come in this order: its orders by shop and name, payments that no order names as they were made, receipts by id.
const (
	ofOrders = iota
	ofPayments
	ofReceipts
)

// place is how far a span has been looked at.
type place struct {
	day   calendar.Date
	phase int
	at    string
}

func (p place) String() string {
	if p.day.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s|%d|%s", p.day, p.phase, p.at)
}

// start is where a span begins. Error: store.ErrInvalid.
func (x Span) start() (place, error) {
	if x.After == "" {
		return place{day: x.From}, nil
	}
	parts := strings.SplitN(x.After, "|", 3)
	if len(parts) != 3 || len(parts[1]) != 1 || parts[1] < "0" || parts[1] > "2" {
		return place{}, fmt.Errorf("%w: cursor %.40q", store.ErrInvalid, x.After)
	}
	day, err := calendar.Parse(parts[0])
	if err != nil || day.Before(x.From) || x.To.Before(day) {
		return place{}, fmt.Errorf("%w: cursor %.40q is not of this span", store.ErrInvalid, x.After)
	}
	return place{day, int(parts[1][0] - '0'), parts[2]}, nil
}

// shopPage is a part of a span, and what belongs to it.
type shopPage struct {
	*Decider
	tenant string
	span   Span
	next   place // where the part ends; zero if the span ends with it

	orders   []order.Line // first what the days have of each kind,
	listed   []listed
	receipts []order.Receipt

	asked     map[string][]order.Line // then who claims a name that they carry: orders, each as it was brought last
	unclaimed map[string]bool         // payments that no order names, by id

	compared []order.Order // and at last what is compared
	books    order.Books
}

// listed is a payment as the list has it.
type listed struct {
	id, sk string
	day    calendar.Date
}

func (p *shopPage) book() order.Book { return order.Book{Store: p.Store} }

func (p *shopPage) limit() int {
	return cmp.Or(p.span.Limit, MaxLegs)
}

// wants says whether a leg is looked at. It has its place in a day, and what it is about first.
func (p *shopPage) wants(l order.Leg) bool { return p.span.Only == "" || l.ID(p.tenant) == p.span.Only }

// gather takes what the days have, until it is as many as is looked at at once.
func (p *shopPage) gather(ctx context.Context) error {
	from, err := p.span.start()
	if err != nil {
		return err
	}
	for day := from.day; !p.span.To.Before(day); day = day.AddDays(1) {
		told, err := p.ordersOf(ctx, day, from)
		if err != nil || !p.next.day.IsZero() {
			return err
		}
		if told {
			p.books.Told = append(p.books.Told, day)
			if from.phase <= ofPayments {
				if err := p.listedOn(ctx, day, from); err != nil || !p.next.day.IsZero() {
					return err
				}
			}
		}
		if err := p.receiptsOf(ctx, day, from); err != nil || !p.next.day.IsZero() {
			return err
		}
		from = place{}
	}
	return nil
}

// ordersOf takes a day's orders, and says whether there are any.
func (p *shopPage) ordersOf(ctx context.Context, day calendar.Date, from place) (told bool, err error) {
	var list []order.Line
	about := func(l order.Line) string {
		return order.Leg{Order: &order.Order{Shop: l.Shop, Name: l.Name}}.About()
	}
	err = p.book().Scan(ctx, p.tenant, day, day, func(l order.Line) {
		told = true
		if from.phase == ofOrders && about(l) > from.at && p.wants(order.Leg{Day: day, Order: &order.Order{Shop: l.Shop, Name: l.Name}}) {
			list = append(list, l)
		}
	})
	slices.SortStableFunc(list, func(x, y order.Line) int { return strings.Compare(about(x), about(y)) })
	if room := p.limit() - len(p.orders) - len(p.receipts); len(list) > room {
		list = list[:room]
		p.next = place{day, ofOrders, from.at}
		if room > 0 {
			p.next.at = about(list[room-1])
		}
	}
	p.orders = append(p.orders, list...)
	return told, err
}

// receiptsOf takes a day's receipts.
func (p *shopPage) receiptsOf(ctx context.Context, day calendar.Date, from place) error {
	var list []order.Receipt
	err := p.book().ScanReceipts(ctx, p.tenant, day, day, func(_, _ string, read func() (order.Receipt, error)) error {
		r, err := read()
		if (from.phase < ofReceipts || r.ID > from.at) && p.wants(order.Leg{Day: day, Receipts: []order.Receipt{r}}) {
			list = append(list, r)
		}
		return err
	})
	slices.SortStableFunc(list, func(x, y order.Receipt) int { return strings.Compare(x.ID, y.ID) })
	if room := p.limit() - len(p.orders) - len(p.receipts); len(list) > room {
		list = list[:room]
		p.next = place{day: day, phase: ofReceipts}
		if from.phase == ofReceipts {
			p.next.at = from.at
		}
		if room > 0 {
			p.next.at = list[room-1].ID
		}
	}
	p.receipts = append(p.receipts, list...)
	return err
}

// listedOn takes the keys of a day's payments.
func (p *shopPage) listedOn(ctx context.Context, day calendar.Date, from place) error {
	const layout = "2006-01-02T15:04:05.000Z"
	zone := calendar.Colombia().Zone()
	start, end := day.Start(zone).UTC(), day.AddDays(1).Start(zone).UTC()
	first, last := start.Format(layout), ""
	if from.phase == ofPayments {
		first, last = max(first, from.at), from.at
	}
	for month := time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC); month.Before(end); month = month.AddDate(0, 1, 0) {
		q := store.Query{Index: store.List, PK: payment.ListPartition(p.tenant, month), From: first, To: end.Format(layout), Limit: 1000, KeysOnly: true}
		for {
			page, err := p.Store.Query(ctx, q)
			if err != nil {
				return err
			}
			for _, r := range page.Records {
				l := listed{strings.TrimPrefix(r.Key.PK, p.tenant+"#"), r.Index.List.SK, day}
				if l.sk == from.at || !p.wants(order.Leg{Day: day, Money: []order.Money{{Payment: l.id}}}) {
					continue
				}
				if len(p.listed) == p.limit()*keysEach {
					p.next = place{day, ofPayments, last}
					return nil
				}
				p.listed, last = append(p.listed, l), l.sk
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return nil
}

// around is in which days it is looked for what belongs to the page.
func (p *shopPage) around() (first, last calendar.Date) {
	var days []calendar.Date
	for _, o := range p.orders {
		days = append(days, o.Day)
	}
	for _, r := range p.receipts {
		days = append(days, r.Day)
	}
	if n := len(p.listed); n > 0 {
		days = append(days, p.listed[0].day, p.listed[n-1].day)
	}
	return slices.MinFunc(days, calendar.Date.Compare).AddDays(-overlap), slices.MaxFunc(days, calendar.Date.Compare).AddDays(overlap)
}

// readers is how many records are read at a time.
const readers = 16

// together does n things, some at a time, and tells the error of the first that has one. A single reader takes one after the other.
func (d *Decider) together(n int, do func(i int) error) error {
	if d.Readers == 1 {
		for i := range n {
			if err := do(i); err != nil {
				return err
			}
		}
		return nil
	}
	errs, next := make([]error, n), make(chan int)
	var all sync.WaitGroup
	for range min(cmp.Or(d.Readers, readers), n) {
		all.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
