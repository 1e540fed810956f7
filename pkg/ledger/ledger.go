// Package ledger is the double entry behind payments and disbursements: which account holds how much because of one, and
// the postings that lead from one state of it to the next. Nothing is stored: a position is a function of the record, so
// that books and records cannot disagree.
package ledger

import (
	"cmp"
	"slices"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
)

// Account names one side of a posting.
type Account string

const (
	Receivable Account = "receivable" // what a provider has of ours and has not settled
	Bank       Account = "bank"       // what it has settled
	Fees       Account = "fees"       // what it charged, tax included
	Sales      Account = "sales"      // what buyers paid
	Returns    Account = "returns"    // what we have promised to give back
	Payouts    Account = "payouts"    // what we have promised to pay out
	Owed       Account = "owed"       // promised and not yet with the person
)

// Posting moves an amount into an account; negative is out of it. Debits are positive.
type Posting struct {
	Account Account
	Amount  money.Amount
}

// position is how much each account holds because of one record, in minor units.
type position map[Account]int64

// Payment gives the postings that lead from one state of a payment to the next. They sum to zero.
func Payment(before, after payment.Payment) []Posting {
	return difference(ofPayment(before), ofPayment(after), after.Amount.Currency())
}

// Disbursement gives the postings that lead from one state of a refund or payout to the next. They sum to zero. What a
// person got less than was promised stays owed, where it can be seen.
func Disbursement(before, after disbursement.Disbursement) []Posting {
	return difference(ofDisbursement(before), ofDisbursement(after), after.Amount.Currency())
}

func ofPayment(p payment.Payment) position {
	at := position{}
	for _, r := range p.Receipts {
		at[Sales] -= r.Minor
		if r.SettledOn.IsZero() {
			at[Receivable] += r.Minor
			continue
		}
		at[Bank] += r.Minor - r.Fee
		at[Fees] += r.Fee
	}
	return at
}

func ofDisbursement(d disbursement.Disbursement) position {
	promised, purpose := d.Amount.Minor(), Payouts
	if d.Kind == disbursement.Refund {
		purpose = Returns
	}
	switch {
	case d.State == "":
		return position{}
	case d.State == disbursement.Returned:
		promised -= d.Returned
	case d.State.Final():
		promised = 0
	}
	left := int64(0)
	if !d.PaidAt.IsZero() {
		left = max(d.Received-d.Returned, 0)
	}
	at := position{purpose: promised, Owed: left - promised}
	if d.SettledOn.IsZero() {
		at[Receivable] = -left
		return at
	}
	at[Bank], at[Fees] = -left-d.Fee, d.Fee
	return at
}

func difference(before, after position, c money.Currency) []Posting {
	var postings []Posting
	for _, a := range []Account{Receivable, Bank, Fees, Sales, Returns, Payouts, Owed} {
		if moved := after[a] - before[a]; moved != 0 {
			postings = append(postings, Posting{a, money.New(moved, c)})
		}
	}
	return postings
}

// Balance sums postings by account and currency, in order. The sums of a currency add up to zero. Error: overflow.
func Balance(postings []Posting) ([]Posting, error) {
	sums := map[Account]map[money.Currency]money.Amount{}
	for _, p := range postings {
		c := p.Amount.Currency()
		if sums[p.Account] == nil {
			sums[p.Account] = map[money.Currency]money.Amount{}
		}
		sum, ok := sums[p.Account][c]
		if !ok {
			sum = money.New(0, c)
		}
		sum, err := sum.Add(p.Amount)
		if err != nil {
			return nil, err
		}
		sums[p.Account][c] = sum
	}
	var out []Posting
	for a, byCurrency := range sums {
		for _, sum := range byCurrency {
			out = append(out, Posting{a, sum})
		}
	}
	slices.SortFunc(out, func(x, y Posting) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Amount.Currency(), y.Amount.Currency()))
	})
	return out, nil
}
