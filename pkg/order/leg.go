package order

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
)

// Class is what differs between a shop and the books; the first that holds in the order of Classes. Stored strings: append only.
type Class string

const (
	CurrencyMismatch     Class = "CURRENCY_MISMATCH"
	MissingInBooks       Class = "MISSING_IN_BOOKS" // paid at the shop, and neither a network nor a channel shows it
	MissingAtShop        Class = "MISSING_AT_SHOP"  // money came, and no order says for what
	Unassigned           Class = "UNASSIGNED"       // a receipt of another channel that names no order
	StatusMismatch       Class = "STATUS_MISMATCH"  // one side says paid, the other not
	Coupon               Class = "COUPON"           // the amounts differ by exactly the discount
	Partial              Class = "PARTIAL"          // paid or given back in part, or a status that says nothing of money
	Rounding             Class = "ROUNDING"
	AmountOver           Class = "AMOUNT_OVER" // more came than the shop says
	AmountUnder          Class = "AMOUNT_UNDER"
	RefundMissingInBooks Class = "REFUND_MISSING_IN_BOOKS" // given back at the shop, not by us
	RefundMissingAtShop  Class = "REFUND_MISSING_AT_SHOP"
	RefundDiffers        Class = "REFUND_DIFFERS"
)

// Classes lists every class in the order in which they hold.
func Classes() []Class {
	return []Class{CurrencyMismatch, MissingInBooks, MissingAtShop, Unassigned, StatusMismatch, Coupon, Partial, Rounding, AmountOver, AmountUnder,
		RefundMissingInBooks, RefundMissingAtShop, RefundDiffers}
}

// Status is the bucket of a leg.
type Status string

const (
	Matched Status = "matched"
	Pending Status = "pending" // a refund is on its way, or nothing is owed yet
	Other   Status = "other"   // of a channel of which no receipts were brought
	Review  Status = "review"  // a person says what is meant: coupons, parts
	Broken  Status = "break"
)

// Leg is an order with the money that is about it. Amounts are minor units of Currency; with two currencies they are not compared.
type Leg struct {
	Status   Status
	Class    Class  // of Review and Broken
	Order    *Order // nil = the shop has none
	Money    []Money
	Receipts []Receipt
	Day      calendar.Date
	Currency money.Currency

	Paid, Received int64 // what the shop says was paid, what came
	Back, Returned int64 // what the shop says was given back, what reached the buyer
	Going          int64 // on its way to the buyer
}

// Books are what a shop's orders are held against.
type Books struct {
	Money    []Money
	Receipts []Receipt
	Ours     []string // networks and providers, as a shop may name them
	// Told are further days of which orders were brought, and Channels others of which there are receipts, where orders and receipts are a part of all.
	Told     []calendar.Date
	Channels []string
}

// Compare ties every order, every payment that money came for, and every receipt into exactly one leg. A payment or a receipt without
// an order is a difference only on a day of which orders were brought. Pure; the order of the inputs does not matter.
func Compare(orders []Order, b Books) []Leg {
	c := comparison{books: b, byName: map[string]int{}, days: map[calendar.Date]bool{}, channels: map[string]bool{}}
	orders = slices.Clone(orders)
	// Stable, here and elsewhere in what functions link: less than half as much code for each type that is sorted.
	slices.SortStableFunc(orders, func(x, y Order) int {
		return cmp.Or(x.Day.Compare(y.Day), strings.Compare(x.Shop, y.Shop), strings.Compare(x.Name, y.Name))
	})
	for i := range orders {
		c.legs = append(c.legs, Leg{Order: &orders[i], Day: orders[i].Day, Currency: orders[i].Currency})
		c.days[orders[i].Day] = true
		for _, name := range orders[i].Names() {
			if _, taken := c.byName[name]; !taken {
				c.byName[name] = i
			}
		}
	}
	for _, day := range b.Told {
		c.days[day] = true
	}
	for _, channel := range b.Channels {
		c.channels[strings.ToLower(channel)] = true
	}
	for _, r := range b.Receipts {
		c.channels[strings.ToLower(r.Channel)] = true
	}
	c.gather()
	kept := c.legs[:0]
	for _, l := range c.legs {
		if c.judge(&l); l.Status != "" {
			kept = append(kept, l)
		}
	}
	slices.SortStableFunc(kept, func(x, y Leg) int { return cmp.Or(x.Day.Compare(y.Day), strings.Compare(x.About(), y.About())) })
	return kept
}

type comparison struct {
	books    Books
	byName   map[string]int // the leg of an order's name
	days     map[calendar.Date]bool
	channels map[string]bool // of which there are receipts, in lower case
	legs     []Leg
}

// gather puts each payment and receipt to its order, or into a leg of its own.
func (c *comparison) gather() {
	all := slices.Clone(c.books.Money)
	slices.SortStableFunc(all, func(x, y Money) int { return strings.Compare(x.Payment, y.Payment) })
	for _, m := range all {
		at, ok := c.byName[m.Name()]
		if !ok {
			at = len(c.legs)
			c.legs = append(c.legs, Leg{Day: m.Day, Currency: m.Currency})
			c.byName[m.Name()] = at
		}
		c.legs[at].Money = append(c.legs[at].Money, m)
	}
	receipts := slices.Clone(c.books.Receipts)
	slices.SortStableFunc(receipts, func(x, y Receipt) int { return strings.Compare(x.ID, y.ID) })
	for _, r := range receipts {
		at, ok := c.byName[r.Order]
		if !ok || r.Order == "" {
			at = len(c.legs)
			c.legs = append(c.legs, Leg{Day: r.Day, Currency: r.Currency})
			if r.Order != "" {
				c.byName[r.Order] = at
			}
		}
		c.legs[at].Receipts = append(c.legs[at].Receipts, r)
	}
}

// judge sums a leg up and gives it its bucket and class; no bucket if there is nothing to compare.
func (c *comparison) judge(l *Leg) {
	foreign := false
	for _, m := range l.Money {
		foreign = foreign || m.Currency != l.Currency
		l.Received, l.Returned, l.Going = l.Received+m.Received, l.Returned+m.Back, l.Going+m.Going
	}
	for _, r := range l.Receipts {
		foreign = foreign || r.Currency != l.Currency
		l.Received, l.Returned = l.Received+max(r.Minor, 0), l.Returned-min(r.Minor, 0)
	}
	switch {
	case l.Order == nil && len(l.Receipts) > 0 && l.Receipts[0].Order == "":
		l.Status, l.Class = Review, Unassigned
	case l.Order == nil && (l.Received+l.Returned == 0 || !c.days[l.Day]):
		// nothing came, or the day's orders were not brought
	case l.Order == nil:
		l.Status, l.Class = Broken, MissingAtShop
	case foreign:
		l.Paid, _ = l.Order.Paid()
		l.Status, l.Class = Broken, CurrencyMismatch
	default:
		l.Status, l.Class = c.ofOrder(l)
	}
}

// ofOrder judges an order and what is in its currency.
func (c *comparison) ofOrder(l *Leg) (Status, Class) {
	o := *l.Order
	paid, says := o.Paid()
	l.Paid = paid
	absent := len(l.Money)+len(l.Receipts) == 0
	switch {
	case absent && says && paid == 0:
		return Matched, ""
	case absent && o.State == Unclear:
		return Pending, ""
	case absent && !Ours(o.Method, c.books.Ours) && !c.channels[strings.ToLower(o.Method)]:
		return Other, ""
	case absent:
		return Broken, MissingInBooks
	case !says:
		return Review, Partial
	case (paid == 0) != (l.Received == 0):
		return Broken, StatusMismatch
	case l.Received != paid:
		return l.amount(paid)
	}
	return l.refund()
}

// amount says what it means that another sum came than the shop says was paid.
func (l *Leg) amount(paid int64) (Status, Class) {
	gap := l.Received - paid
	odd := l.Order.State == PartlyPaid || slices.ContainsFunc(l.Money, func(m Money) bool { return m.Odd })
	switch {
	case l.Order.Discount > 0 && max(gap, -gap) == l.Order.Discount:
		return Review, Coupon
	case odd:
		return Review, Partial
	case max(gap, -gap) <= smallest(l.Currency):
		return Broken, Rounding
	case gap > 0:
		return Broken, AmountOver
	}
	return Broken, AmountUnder
}

// refund compares what was given back.
func (l *Leg) refund() (Status, Class) {
	back, says := l.Order.GivenBack()
	l.Back = back
	switch {
	case !says:
		return Review, Partial
	case back == l.Returned && l.Going == 0:
		return Matched, ""
	case back >= l.Returned && back <= l.Returned+l.Going:
		return Pending, ""
	case back > 0 && l.Returned+l.Going == 0:
		return Broken, RefundMissingInBooks
	case back == 0:
		return Broken, RefundMissingAtShop
	}
	return Broken, RefundDiffers
}

// smallest is what a network rounds an amount to.
func smallest(c money.Currency) int64 {
	if c == money.COP {
		return 100
	}
	return 1
}

// About is what a leg is about first: its order, else its payment, else its receipt.
func (l Leg) About() string {
	switch {
	case l.Order != nil:
		return "order|" + l.Order.Shop + "|" + l.Order.Name
	case len(l.Money) > 0:
		return "payment|" + l.Money[0].Payment
	}
	return "receipt|" + l.Receipts[0].ID
}

// Prefix begins the ids of legs of shops.
const Prefix = "sho_"

// ID is the leg's name: made of its day, with which it begins, and of what it is about first, so that a leg that money joins keeps it.
func (l Leg) ID(tenant string) string {
	return identity.DeriveAt(Prefix, l.Day.Start(time.UTC), "leg", tenant, l.About())
}

// Gap is what differs: of the money that came, or, where that agrees, of what was given back.
func (l Leg) Gap() int64 {
	if l.Received != l.Paid {
		return l.Received - l.Paid
	}
	return l.Back - l.Returned
}

// Mark is a fingerprint of what a decision about the leg rests on.
func (l Leg) Mark() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s|%s|%d|%d|%d|%d|%d|%s", l.Status, l.Class, l.Paid, l.Received, l.Back, l.Returned, l.Going, l.Currency)
	for _, m := range l.Money {
		fmt.Fprintf(h, "|%s %s", m.Payment, m.Currency)
	}
	for _, r := range l.Receipts {
		fmt.Fprintf(h, "|%s %s", r.ID, r.Currency)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
