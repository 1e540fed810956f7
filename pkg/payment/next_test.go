package payment_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func noon() time.Time { return time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC) }

func fresh() payment.Payment {
	return payment.Payment{Tenant: "demo", ID: "pay_1", Amount: money.New(5000, money.PEN), State: payment.Pending,
		CreatedAt: noon(), ExpiresAt: noon().Add(48 * time.Hour)}
}

func day() calendar.Date { return calendar.Date{Year: 2026, Month: 11, Day: 23} }

// claims lists every claim, with the facts each carries.
func claims() []payment.Observation {
	at := noon().Add(time.Hour)
	return []payment.Observation{
		{Claim: payment.ClaimVoucher, Evidence: "cip", By: "reply", At: at, Voucher: payment.Voucher{Code: "77", ExpiresAt: noon().Add(48 * time.Hour)}},
		{Claim: payment.ClaimPending, Evidence: "ask", By: "poll", At: at},
		{Claim: payment.ClaimPaid, Evidence: "paid", By: "webhook", At: at, OccurredAt: at, TransactionID: "T1", Minor: 5000},
		{Claim: payment.ClaimSettled, Evidence: "f#2", By: "settlement", At: at, OccurredAt: at, TransactionID: "T1", Minor: 5000, SettledOn: day(), Fee: 9},
		{Claim: payment.ClaimExpired, Evidence: "gone", By: "webhook", At: at},
		{Claim: payment.ClaimCancelled, Evidence: "gone too", By: "webhook", At: at},
		{Claim: payment.ClaimCancelled, Evidence: "stop", By: "ana", At: at},
	}
}

func in(t *testing.T, state payment.State) payment.Payment {
	t.Helper()
	p := fresh()
	for _, claim := range map[payment.State][]payment.Claim{payment.Pending: {"voucher"}, payment.Paid: {"voucher", "paid"},
		payment.Expired: {"voucher", "expired"}, payment.Cancelled: {"voucher", "cancelled"}}[state] {
		p, _ = must(t, p, payment.Observation{Claim: claim, Evidence: string(claim), By: "webhook", At: noon(), OccurredAt: noon(),
			TransactionID: "T0", Minor: 5000, Voucher: payment.Voucher{Code: "77", ExpiresAt: noon().Add(48 * time.Hour)}})
	}
	if p.State != state {
		t.Fatalf("the road to %s leads to %s", state, p.State)
	}
	return p
}

func must(t *testing.T, p payment.Payment, o payment.Observation) (payment.Payment, payment.Transition) {
	t.Helper()
	next, tr, err := payment.Next(p, o)
	if err != nil {
		t.Fatal(err)
	}
	return next, tr
}

// The whole machine, printed. Review the diff of the golden file whenever it changes.
func TestTransitionsAreTheReviewedTable(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %-10s %-10s %-10s %s\n", "state", "claim", "by", "becomes", "what else")
	for _, s := range payment.States() {
		for _, o := range claims() {
			next, tr, err := payment.Next(in(t, s), o)
			becomes, what := string(next.State), ""
			switch {
			case errors.Is(err, payment.ErrNotAllowed):
				becomes, what = "-", "refused"
			case !tr.Changed:
				becomes = "."
			case tr.Receipt:
				what = fmt.Sprintf("cash %d", next.Free-in(t, s).Free)
			}
			fmt.Fprintf(&b, "%-10s %-10s %-10s %-10s %s\n", s, o.Claim, o.By, becomes, what)
		}
		nameless := in(t, s)
		nameless.Voucher = payment.Voucher{}
		next, _ := must(t, nameless, claims()[0])
		fmt.Fprintf(&b, "%-10s %-10s %-10s %-10s %s\n", s, "voucher", "reply", next.State, "the first")
	}
	const golden = "testdata/transitions.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the machine is not the reviewed one (-reviewed +now):\n%s", diff)
	}
}

// TestEveryOrderEndsAlike: six things learned about one voucher, each possibly twice, in all 720 orders.
func TestEveryOrderEndsAlike(t *testing.T) {
	at := func(m int) time.Time { return noon().Add(time.Duration(m) * time.Minute) }
	events := []payment.Observation{
		{Claim: payment.ClaimVoucher, Evidence: "cip", By: "reply", Voucher: payment.Voucher{Code: "77", ExpiresAt: noon().Add(48 * time.Hour)}},
		{Claim: payment.ClaimPaid, Evidence: "w1", By: "webhook", OccurredAt: at(5), TransactionID: "T1", Minor: 5000},
		{Claim: payment.ClaimPaid, Evidence: "w1 again", By: "webhook", OccurredAt: at(5), TransactionID: "T1", Minor: 5000},
		{Claim: payment.ClaimPaid, Evidence: "asked", By: "poll", OccurredAt: at(5), Minor: 5000}, // without the transaction's id
		{Claim: payment.ClaimSettled, Evidence: "f#2", By: "settlement", OccurredAt: at(5), TransactionID: "T1", Minor: 5000, SettledOn: day(), Fee: 9},
		{Claim: payment.ClaimExpired, Evidence: "late news", By: "webhook"},
	}
	want := payment.Receipt{TransactionID: "T1", Minor: 5000, At: at(5), SettledOn: day(), Fee: 9}
	orders := 0
	permute(events, func(order []payment.Observation) {
		orders++
		p := fresh()
		named := 0
		for i, o := range order {
			o.At = at(10 + i)
			for range 2 {
				next, tr := must(t, p, o)
				if tr.Receipt != (next.Free > p.Free) || next.Free != next.PaidMinor() {
					t.Fatalf("the balance is %d, %d came in: %v", next.Free, next.PaidMinor(), order)
				}
				if tr.Named {
					named++
				}
				p = next
			}
		}
		if p.State != payment.Paid || len(p.Receipts) != 1 || p.Receipts[0] != want || p.Voucher.Code != "77" || !p.Due.IsZero() ||
			p.Situation() != payment.Usual || named != 1 {
			t.Fatalf("%v ends as %+v", order, p)
		}
	})
	if orders != 720 {
		t.Fatalf("%d orders", orders)
	}
}

func permute(events []payment.Observation, do func([]payment.Observation)) {
	var walk func(int)
	walk = func(k int) {
		if k == len(events) {
			do(events)
			return
		}
		for i := k; i < len(events); i++ {
			events[k], events[i] = events[i], events[k]
			walk(k + 1)
			events[k], events[i] = events[i], events[k]
		}
	}
	walk(0)
}

// TestPollBeforeWebhook: a poll's answer has no transaction id; the webhook's is the same cash, another one's is not.
func TestPollBeforeWebhook(t *testing.T) {
	p := in(t, payment.Pending)
	cash := payment.Observation{Claim: payment.ClaimPaid, By: "poll", Evidence: "a", At: noon(), Minor: 5000}
	p, tr := must(t, p, cash)
	if !tr.Receipt || tr.Named || p.TransactionID() != "" {
		t.Fatalf("%+v %+v", tr, p)
	}
	cash.By, cash.Evidence, cash.TransactionID = "webhook", "b", "T1"
	p, tr = must(t, p, cash)
	if tr.Receipt || !tr.Named || p.Free != 5000 || !p.HasTransaction("T1") {
		t.Fatalf("%+v %+v", tr, p)
	}
	cash.Evidence, cash.TransactionID = "c", "T2"
	p, tr = must(t, p, cash)
	if !tr.Receipt || !tr.Named || p.Free != 10000 || p.Situation() != payment.PaidTwice || p.TransactionID() != "T1" {
		t.Fatalf("%+v %+v", tr, p)
	}
	cash.By, cash.Evidence, cash.TransactionID = "poll", "d", ""
	if _, tr = must(t, p, cash); tr.Changed {
		t.Fatalf("an answer without an id told something new: %+v", tr)
	}
}

func TestNextLeavesItsArgumentAlone(t *testing.T) {
	for _, s := range payment.States() {
		p, twin := in(t, s), in(t, s)
		for _, o := range claims() {
			_, _, _ = payment.Next(p, o)
			if diff := cmp.Diff(twin, p, cmpopts.EquateComparable(money.Amount{}, identity.Sensitive(""))); diff != "" {
				t.Fatalf("%s %s changed what it was given:\n%s", s, o.Claim, diff)
			}
		}
	}
}

func TestSituation(t *testing.T) {
	at := func(h int) time.Time { return noon().Add(time.Duration(h) * time.Hour) }
	for name, c := range map[string]struct {
		receipts  []payment.Receipt
		cancelled time.Time
		want      payment.Situation
	}{
		"nothing":             {nil, time.Time{}, payment.Usual},
		"as asked":            {[]payment.Receipt{{Minor: 5000, At: at(1)}}, time.Time{}, payment.Usual},
		"on the deadline":     {[]payment.Receipt{{Minor: 5000, At: at(48)}}, time.Time{}, payment.Usual},
		"after the deadline":  {[]payment.Receipt{{Minor: 5000, At: at(48).Add(1)}}, time.Time{}, payment.PaidLate},
		"after cancelling":    {[]payment.Receipt{{Minor: 5000, At: at(2)}}, at(2), payment.PaidLate},
		"before cancelling":   {[]payment.Receipt{{Minor: 5000, At: at(1)}}, at(2), payment.Usual},
		"less":                {[]payment.Receipt{{Minor: 4999, At: at(1)}}, time.Time{}, payment.Underpaid},
		"more":                {[]payment.Receipt{{Minor: 5001, At: at(1)}}, time.Time{}, payment.Overpaid},
		"late and less":       {[]payment.Receipt{{Minor: 4999, At: at(49)}}, time.Time{}, payment.PaidLate},
		"twice":               {[]payment.Receipt{{Minor: 5000, At: at(1)}, {Minor: 5000, At: at(2)}}, time.Time{}, payment.PaidTwice},
		"in two equal halves": {[]payment.Receipt{{Minor: 2500, At: at(1)}, {Minor: 2500, At: at(2)}}, time.Time{}, payment.PaidTwice},
	} {
		p := fresh()
		p.Receipts, p.CancelledAt = c.receipts, c.cancelled
		if got := p.Situation(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestQuestionsComeToAnEnd: a voucher is asked about less and less often, once just after its deadline, and not for ever.
func TestQuestionsComeToAnEnd(t *testing.T) {
	p := in(t, payment.Pending)
	closing := p.Deadline().Add(payment.ExpiryGrace)
	asked, atClosing := 0, false
	for now := p.Due; now.Before(closing.Add(24 * time.Hour)); now = p.Due {
		if asked++; asked > 30 {
			t.Fatal("asked for ever")
		}
		atClosing = atClosing || now.Equal(closing)
		next := p.Asked(now)
		if gap := next.Due.Sub(now); gap <= 0 || gap > 15*time.Hour {
			t.Fatalf("the next question after %s", gap)
		}
		p = next
	}
	if !atClosing || asked < 5 {
		t.Errorf("%d questions, one at the closing: %v", asked, atClosing)
	}
	for _, s := range []payment.State{payment.Paid, payment.Expired, payment.Cancelled} {
		if p := in(t, s); !p.Due.IsZero() {
			t.Errorf("%s is still asked about", s)
		}
	}
}
