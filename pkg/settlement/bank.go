package settlement

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
)

// Payable is what one settlement day of an account comes to in one currency: the third leg holds it against the bank.
type Payable struct {
	ID       string // of the reconciliation
	Account  string
	Day      calendar.Date // on which the provider pays
	Currency money.Currency
	Net      int64 // minor units, signed as the merchant sees it
}

// Deposit is one line of a bank statement. Amounts are minor units, + came in, − went out.
type Deposit struct {
	ID        string
	Day       calendar.Date
	Minor     int64
	Currency  money.Currency
	Account   string // the provider account it is of; empty = not said
	Reference string // as the bank prints it; a reconciliation's id or, with Account, a day in it names what was paid
}

// Leg is settlement days and deposits that belong together: one of each, a day paid in parts, or days paid in one sum.
type Leg struct {
	Class    Class // empty = they agree, or nothing is due yet
	Pending  bool
	Owed     []Payable
	Came     []Deposit
	Expected int64 // sum of Owed
	Actual   int64 // sum of Came
	Currency money.Currency
	Due      calendar.Date // the latest of Owed; zero without any
	Smallest int64
}

const (
	bankDays   = 1  // business days within which a bank shows what was paid
	bankWindow = 5  // business days within which an amount alone names a settlement day
	mostParts  = 6  // of a sum that is found by amount alone
	mostWays   = 14 // deposits or days that such a sum is looked for among
)

// Shape is how many days and deposits the leg ties together, as "1:2".
func (l Leg) Shape() (owed, came int) { return len(l.Owed), len(l.Came) }

// Day is the first day that the leg is about.
func (l Leg) Day() calendar.Date {
	if len(l.Owed) > 0 {
		return l.Owed[0].Day
	}
	return l.Came[0].Day
}

type bank struct {
	today calendar.Date
	rules Rules
	owed  []Payable // those not told yet, as came
	came  []Deposit
	legs  []Leg
}

// Bank holds settlement totals against deposits: first what a reference names, then equal amounts, then sums that add up in
// one way only, then the only two of a day. Every payable and every deposit is in exactly one leg. Pure; the order of the
// inputs does not matter.
func Bank(today calendar.Date, rules Rules, owed []Payable, came []Deposit) []Leg {
	b := &bank{today: today, rules: rules, owed: slices.Clone(owed), came: slices.Clone(came)}
	slices.SortStableFunc(b.owed, func(p, q Payable) int {
		return cmp.Or(p.Day.Compare(q.Day), strings.Compare(p.ID, q.ID), strings.Compare(string(p.Currency), string(q.Currency)))
	})
	slices.SortStableFunc(b.came, func(d, e Deposit) int { return cmp.Or(d.Day.Compare(e.Day), strings.Compare(d.ID, e.ID)) })
	b.named()
	b.equal()
	b.inParts()
	b.inOne()
	b.sameDay()
	for _, p := range slices.Clone(b.owed) {
		b.tie([]Payable{p}, nil)
	}
	for _, d := range slices.Clone(b.came) {
		b.tie(nil, []Deposit{d})
	}
	slices.SortStableFunc(b.legs, func(l, m Leg) int { return l.Day().Compare(m.Day()) })
	return b.legs
}

// names says whether a deposit's reference tells that it pays p.
func (d Deposit) names(p Payable) bool {
	if d.Account != "" && d.Account != p.Account {
		return false
	}
	day := p.Day.String()
	return strings.Contains(d.Reference, p.ID) ||
		(d.Account != "" && (strings.Contains(d.Reference, day) || strings.Contains(d.Reference, strings.ReplaceAll(day, "-", ""))))
}

// named ties what references name, however many on either side.
func (b *bank) named() {
	for i := 0; i < len(b.owed); {
		owed, came := []Payable{b.owed[i]}, []Deposit{}
		for grown := true; grown; {
			grown = false
			for _, d := range b.came {
				if !slices.Contains(came, d) && slices.ContainsFunc(owed, d.names) {
					came, grown = append(came, d), true
				}
			}
			for _, p := range b.owed {
				if !slices.Contains(owed, p) && p.Currency == owed[0].Currency && slices.ContainsFunc(came, func(d Deposit) bool { return d.names(p) }) {
					owed, grown = append(owed, p), true
				}
			}
		}
		came = b.ofCurrency(owed[0], came)
		if len(came) == 0 {
			i++
			continue
		}
		b.tie(owed, came)
	}
}

// ofCurrency leaves the deposits of a payable's own currency, and those of another only where its day paid nothing in that.
func (b *bank) ofCurrency(p Payable, came []Deposit) []Deposit {
	return slices.DeleteFunc(came, func(d Deposit) bool {
		return d.Currency != p.Currency && slices.ContainsFunc(b.owed, func(q Payable) bool { return q.ID == p.ID && q.Currency == d.Currency })
	})
}

// fits says that a deposit may be about p by its day alone.
func (b *bank) fits(p Payable, d Deposit) bool {
	return d.Currency == p.Currency && (d.Account == "" || d.Account == p.Account) && !d.Day.Before(p.Day) &&
		!b.rules.Country.AddBusinessDays(p.Day, bankWindow).Before(d.Day)
}

// equal ties one day to one deposit of its amount, the earliest.
func (b *bank) equal() {
	for _, p := range slices.Clone(b.owed) {
		if i := slices.IndexFunc(b.came, func(d Deposit) bool { return d.Minor == p.Net && b.fits(p, d) }); i >= 0 {
			b.tie([]Payable{p}, []Deposit{b.came[i]})
		}
	}
}

// inParts ties one day to several deposits that add up to it, in one way only.
func (b *bank) inParts() {
	for _, p := range slices.Clone(b.owed) {
		var near []Deposit
		for _, d := range b.came {
			if b.fits(p, d) && len(near) < mostWays {
				near = append(near, d)
			}
		}
		if chosen := oneWay(len(near), p.Net, func(i int) int64 { return near[i].Minor }); chosen != nil {
			b.tie([]Payable{p}, pick(near, chosen))
		}
	}
}

// inOne ties one deposit to several days of one account that add up to it, in one way only.
func (b *bank) inOne() {
	for _, d := range slices.Clone(b.came) {
		var accounts []string
		for _, p := range b.owed {
			if !slices.Contains(accounts, p.Account) {
				accounts = append(accounts, p.Account)
			}
		}
		for _, account := range accounts {
			var near []Payable
			for _, p := range b.owed {
				if p.Account == account && b.fits(p, d) && len(near) < mostWays {
					near = append(near, p)
				}
			}
			if chosen := oneWay(len(near), d.Minor, func(i int) int64 { return near[i].Net }); chosen != nil {
				b.tie(pick(near, chosen), []Deposit{d})
				break
			}
		}
	}
}

// sameDay ties what is left alone of its currency on a day: the amounts differ, and nothing else can be meant.
func (b *bank) sameDay() {
	for _, p := range slices.Clone(b.owed) {
		var others, near []int
		for i, q := range b.owed {
			if q.Day == p.Day && q.Currency == p.Currency {
				others = append(others, i)
			}
		}
		for i, d := range b.came {
			if d.Day == p.Day && d.Currency == p.Currency && (d.Account == "" || d.Account == p.Account) {
				near = append(near, i)
			}
		}
		if len(others) == 1 && len(near) == 1 {
			b.tie([]Payable{p}, []Deposit{b.came[near[0]]})
		}
	}
}

// oneWay finds the smallest set of two to mostParts of n amounts that adds up to a sum; nil if there is none, or more than one
// as small.
func oneWay(n int, sum int64, amount func(int) int64) []int {
	for size := 2; size <= min(mostParts, n); size++ {
		var found []int
		ways := 0
		var choose func(from int, left int64, chosen []int)
		choose = func(from int, left int64, chosen []int) {
			if len(chosen) == size {
				if left == 0 {
					ways++
					found = slices.Clone(chosen)
				}
				return
			}
			for i := from; i < n && ways < 2; i++ {
				choose(i+1, left-amount(i), append(chosen, i))
			}
		}
		choose(0, sum, nil)
		switch ways {
		case 0:
		case 1:
			return found
		default:
			return nil
		}
	}
	return nil
}

func pick[T any](from []T, chosen []int) []T {
	list := make([]T, 0, len(chosen))
	for _, i := range chosen {
		list = append(list, from[i])
	}
	return list
}

// tie makes a leg and takes its parts out of what is left.
func (b *bank) tie(owed []Payable, came []Deposit) {
	l := Leg{Owed: owed, Came: came}
	var last calendar.Date
	for _, p := range owed {
		l.Expected, l.Currency = l.Expected+p.Net, p.Currency
		if due := b.rules.Country.AddBusinessDays(p.Day, bankDays); l.Due.IsZero() || l.Due.Before(due) {
			l.Due = due
		}
	}
	foreign := false
	for _, d := range came {
		foreign = foreign || (len(owed) > 0 && d.Currency != l.Currency)
		l.Actual += d.Minor
		if last.IsZero() || last.Before(d.Day) {
			last = d.Day
		}
	}
	if len(owed) == 0 {
		l.Currency = came[0].Currency
	}
	l.Smallest = b.rules.smallest(l.Currency)
	l.Class, l.Pending = b.judge(l, foreign, last)
	b.legs = append(b.legs, l)
	b.owed = slices.DeleteFunc(b.owed, func(p Payable) bool { return slices.Contains(owed, p) })
	b.came = slices.DeleteFunc(b.came, func(d Deposit) bool { return slices.Contains(came, d) })
}

// judge gives a leg its class, the first that holds in the order of Classes.
func (b *bank) judge(l Leg, foreign bool, last calendar.Date) (class Class, pending bool) {
	gap := abs(l.Actual) - abs(l.Expected)
	switch {
	case len(l.Owed) == 0:
		return MissingInBooks, false
	case len(l.Came) == 0 && l.Expected == 0:
		return "", false
	case len(l.Came) == 0 && b.today.Before(l.Due):
		return "", true
	case len(l.Came) == 0:
		return MissingAtNetwork, false
	case foreign:
		return CurrencyMismatch, false
	case l.Actual == l.Expected && last.Before(l.Owed[0].Day):
		return DateShift, false
	case l.Actual == l.Expected && l.Due.Before(last):
		return LateSettlement, false
	case l.Actual == l.Expected:
		return "", false
	case hundredfold(abs(l.Expected), abs(l.Actual)):
		return Exponent, false
	case abs(l.Actual-l.Expected) <= l.Smallest:
		return Rounding, false
	case gap > 0:
		return AmountOver, false
	}
	return AmountUnder, false
}
