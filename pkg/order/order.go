// Package order is what a shop's own system says about its orders: a further leg, held against what was collected and given back,
// ours and that of other channels.
package order

import (
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
)

// State is what the shop says became of an order's money. Stored strings: append only.
type State string

const (
	Unpaid         State = "unpaid"
	Paid           State = "paid"
	PartlyPaid     State = "partly_paid"
	Refunded       State = "refunded"
	PartlyRefunded State = "partly_refunded"
	Void           State = "void"    // cancelled before it was paid
	Unclear        State = "unclear" // a status that says nothing of money, as "On Hold"
)

// States lists every state.
func States() []State {
	return []State{Unpaid, Paid, PartlyPaid, Refunded, PartlyRefunded, Void, Unclear}
}

// unsaid is an amount that the file has no column for, or leaves empty.
const unsaid = -1

// Order is one order of a shop, as its last export has it. Amounts are minor units; JSON names are stored: append only.
type Order struct {
	Shop     string         `json:"-"`           // the merchant's name for the shop
	Day      calendar.Date  `json:"-"`           // on which it was placed, where the networks are
	Name     string         `json:"n"`           // what the merchant calls order_reference, or one of Also
	Also     []string       `json:"o,omitempty"` // other names of the same order
	State    State          `json:"s"`
	Currency money.Currency `json:"c"`
	Total    int64          `json:"t"`           // what the buyer owes, after discounts
	Discount int64          `json:"d,omitempty"` // taken off before Total
	Coupon   string         `json:"u,omitempty"`
	Due      int64          `json:"b"` // not yet paid of it; unsaid = -1
	Back     int64          `json:"r"` // given back of it; unsaid = -1
	Method   string         `json:"m,omitempty"`
}

// ID is the order's name in the store: its shop's and its own.
func (o Order) ID(tenant string) string {
	return identity.Derive("ord_", "order", tenant, o.Shop, o.Name)
}

// Paid is what the shop says it was paid, and whether it says so.
func (o Order) Paid() (int64, bool) {
	switch o.State {
	case Paid, Refunded, PartlyRefunded:
		return o.Total, true
	case PartlyPaid:
		if o.Due != unsaid {
			return o.Total - o.Due, true
		}
		return 0, false
	}
	return 0, o.State != Unclear
}

// GivenBack is what the shop says it gave back, and whether it says so.
func (o Order) GivenBack() (int64, bool) {
	switch {
	case o.Back != unsaid:
		return o.Back, true
	case o.State == Refunded:
		return o.Total, true
	case o.State == PartlyRefunded:
		return 0, false
	}
	return 0, o.State != Unclear
}

// Names are all the names of the order, its own first.
func (o Order) Names() []string { return append([]string{o.Name}, o.Also...) }

// Receipt is money of another channel: a card, a wallet, a bank. JSON names are stored: append only.
type Receipt struct {
	ID       string         `json:"-"`
	Day      calendar.Date  `json:"-"`
	Channel  string         `json:"h"`
	Order    string         `json:"o"` // empty = it names none
	Minor    int64          `json:"m"` // minor units; + came in, − was given back
	Currency money.Currency `json:"c"`
}

// Money is what the books know of an order at a network: a payment, and what was given back of it. Amounts are minor units.
type Money struct {
	Payment  string // pay_…
	Order    string
	Account  string
	Day      calendar.Date // on which it was asked for
	State    string
	Asked    int64
	Received int64
	Back     int64 // reached the buyer
	Going    int64 // on its way to the buyer
	Currency money.Currency
	Odd      bool // paid late, twice, less or more
}

// Name is its order's, as Names has it.
func (m Money) Name() string { return strings.TrimPrefix(m.Order, "#") }

// Ours says whether a shop's name of a payment method means one of the words: networks, providers. A method that is not named may be.
func Ours(method string, words []string) bool {
	fold := func(s string) string {
		return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(s))
	}
	if method == "" {
		return true
	}
	for _, w := range words {
		if strings.Contains(fold(method), fold(w)) {
			return true
		}
	}
	return false
}

// local is the calendar day where the networks are: both countries keep one time.
func local(t time.Time) calendar.Date { return calendar.On(t, calendar.Colombia().Zone()) }
