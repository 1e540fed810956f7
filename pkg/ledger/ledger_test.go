package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/ledger"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"pgregory.net/rapid"
)

var (
	noon   = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)
	monday = calendar.Date{Year: 2026, Month: time.November, Day: 23}
)

func text(postings []ledger.Posting) string {
	var parts []string
	for _, p := range postings {
		parts = append(parts, fmt.Sprintf("%s %+d", p.Account, p.Amount.Minor()))
	}
	return strings.Join(parts, ", ")
}

func TestAPaymentsPostings(t *testing.T) {
	p := payment.Payment{ID: "pay_1", Amount: money.New(12000, money.PEN), State: payment.Pending}
	steps := []struct {
		o    payment.Observation
		want string
	}{
		{payment.Observation{Claim: payment.ClaimPaid, TransactionID: "t", Minor: 12000, At: noon}, "receivable +12000, sales -12000"},
		{payment.Observation{Claim: payment.ClaimSettled, TransactionID: "t", Minor: 12000, Fee: 250, SettledOn: monday, At: noon}, "receivable -12000, bank +11750, fees +250"},
	}
	for _, s := range steps {
		next, _, err := payment.Next(p, s.o)
		if err != nil {
			t.Fatal(err)
		}
		if got := text(ledger.Payment(p, next)); got != s.want {
			t.Errorf("%s: %s, want %s", s.o.Claim, got, s.want)
		}
		p = next
	}
}

func TestARefundsPostings(t *testing.T) {
	type step struct {
		o    disbursement.Observation
		want string
	}
	submit := step{disbursement.Observation{Claim: disbursement.ClaimSubmit}, ""}
	paid := step{disbursement.Observation{Claim: disbursement.ClaimPaid}, "receivable -5000, owed +5000"}
	stories := map[string][]step{
		"paid, settled, back": {submit, paid,
			{disbursement.Observation{Claim: disbursement.ClaimSettled, Fee: 50, SettledOn: monday}, "receivable +5000, bank -5050, fees +50"},
			{disbursement.Observation{Claim: disbursement.ClaimReturned}, "bank +5000, returns -5000"}},
		"refused": {submit, {disbursement.Observation{Claim: disbursement.ClaimRejected}, "returns -5000, owed +5000"}},
		"less arrived than left": {submit,
			{disbursement.Observation{Claim: disbursement.ClaimPaid, Amount: 4800}, "receivable -4800, owed +4800"}},
		"a part came back": {submit, paid,
			{disbursement.Observation{Claim: disbursement.ClaimReturned, Amount: 4000}, "receivable +4000, returns -4000"}},
	}
	for name, steps := range stories {
		t.Run(name, func(t *testing.T) {
			d := disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Payment: "pay_1",
				Amount: money.New(5000, money.PEN), CreatedAt: noon}.Open("", "")
			if got := text(ledger.Disbursement(disbursement.Disbursement{}, d)); got != "returns +5000, owed -5000" {
				t.Errorf("accepted: %s", got)
			}
			for i, s := range steps {
				s.o.Evidence, s.o.At = fmt.Sprint(i), noon.Add(time.Duration(i)*time.Hour)
				next, _, err := disbursement.Next(d, s.o)
				if err != nil {
					t.Fatal(err)
				}
				if got := text(ledger.Disbursement(d, next)); got != s.want {
					t.Errorf("%s: %q, want %q", s.o.Claim, got, s.want)
				}
				d = next
			}
		})
	}
}

// Whatever happens, in whatever order: every step's postings sum to zero, and what is promised is what is reserved.
func TestEveryStepBalances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := disbursement.Disbursement{ID: "rf_1", Kind: disbursement.Refund, Payment: "pay_1", Amount: money.New(5000, money.PEN), CreatedAt: noon}.Open("", "")
		all := ledger.Disbursement(disbursement.Disbursement{}, d)
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			o := disbursement.Observation{Claim: rapid.SampledFrom(disbursement.Claims()).Draw(t, "claim"), Evidence: fmt.Sprint(i), At: noon,
				OccurredAt: noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "at")) * time.Minute),
				Amount:     rapid.Int64Range(0, 5000).Draw(t, "amount"), Fee: rapid.Int64Range(0, 90).Draw(t, "fee"), Note: "proof"}
			if o.Claim == disbursement.ClaimSettled {
				o.SettledOn = monday
			}
			next, _, err := disbursement.Next(d, o)
			if err != nil {
				continue
			}
			all = append(all, ledger.Disbursement(d, next)...)
			d = next
		}
		balance, err := ledger.Balance(all)
		if err != nil {
			t.Fatal(err)
		}
		sum, promised := int64(0), int64(0)
		for _, p := range balance {
			sum += p.Amount.Minor()
			if p.Account == ledger.Returns {
				promised = p.Amount.Minor()
			}
		}
		if sum != 0 || promised != d.Reserves() {
			t.Fatalf("%s: sum %d, promised %d, reserves %d: %s", d.State, sum, promised, d.Reserves(), text(balance))
		}
	})
}
