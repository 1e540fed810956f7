package settlement_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/settlement"
)

func date(text string) calendar.Date {
	d, err := calendar.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

func colombian() settlement.Rules {
	return settlement.Rules{Country: calendar.Colombia(), SettlesIn: 1, Smallest: map[money.Currency]int64{money.COP: 100}}
}

func owed(id, account, day string, minor int64) settlement.Payable {
	return settlement.Payable{ID: id, Account: account, Day: date(day), Currency: money.COP, Net: minor}
}

func came(id, day string, minor int64, reference string) settlement.Deposit {
	return settlement.Deposit{ID: id, Day: date(day), Minor: minor, Currency: money.COP, Reference: reference}
}

// TestTheBankAgainstTheDays has every class of the third leg, and each way of belonging together.
func TestTheBankAgainstTheDays(t *testing.T) {
	fri := owed("rec_1", "a", "2026-11-20", 1171000)
	for name, c := range map[string]struct {
		owed []settlement.Payable
		came []settlement.Deposit
		want string // class or state, days:deposits
		says string
	}{
		"one to one":       {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-23", 1171000, "")}, "ok 1:1", "deposited 11,710 (2026-11-23) = 11,710 (a 2026-11-20)"},
		"paid in parts":    {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-20", 1000000, ""), came("e", "2026-11-23", 171000, "")}, "ok 1:2", "10,000 (2026-11-20) + 1,710 (2026-11-23)"},
		"days in one sum":  {[]settlement.Payable{fri, owed("rec_2", "a", "2026-11-23", 829000)}, []settlement.Deposit{came("d", "2026-11-23", 2000000, "")}, "ok 2:1", "20,000 (2026-11-23) = 11,710 (a 2026-11-20) + 8,290 (a 2026-11-23)"},
		"named, less":      {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-23", 1169000, "PAGO rec_1")}, "AMOUNT_UNDER 1:1", "= 11,710 (a 2026-11-20) − unexplained 20"},
		"named, more":      {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-23", 1191000, "rec_1")}, "AMOUNT_OVER 1:1", "+ unexplained 200"},
		"a peso":           {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-23", 1170900, "rec_1")}, "ROUNDING 1:1", "− rounding 1"},
		"a hundredfold":    {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-23", 117100000, "rec_1")}, "EXPONENT 1:1", "× 100"},
		"another currency": {[]settlement.Payable{fri}, []settlement.Deposit{{ID: "d", Day: date("2026-11-23"), Minor: 300, Currency: money.USD, Reference: "rec_1"}}, "CURRENCY_MISMATCH 1:1", "3 USD (2026-11-23) ≠ 11,710 COP"},
		"late":             {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-25", 1171000, "")}, "LATE_SETTLEMENT 1:1", "came after 2026-11-23"},
		"early":            {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-19", 1171000, "rec_1")}, "DATE_SHIFT 1:1", "before its settlement day"},
		"nothing came":     {[]settlement.Payable{fri}, nil, "MISSING_AT_NETWORK 1:0", "was due at the bank on 2026-11-23"},
		"not due":          {[]settlement.Payable{owed("rec_3", "a", "2026-11-25", 5)}, nil, "pending 1:0", "due at the bank on 2026-11-26"},
		"nothing owed":     {[]settlement.Payable{owed("rec_4", "a", "2026-11-20", 0)}, nil, "ok 1:0", "settled 0"},
		"nobody's":         {nil, []settlement.Deposit{came("d", "2026-11-23", 77, "")}, "MISSING_IN_BOOKS 0:1", "no settlement day accounts for it"},
		"the only two":     {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-20", 1100000, "")}, "AMOUNT_UNDER 1:1", "unexplained 710"},
		"too late to tell": {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-12-20", 1171000, "")}, "MISSING_AT_NETWORK 1:0|MISSING_IN_BOOKS 0:1", ""},
		"two ways":         {[]settlement.Payable{fri}, []settlement.Deposit{came("d", "2026-11-23", 1171000-5, ""), came("e", "2026-11-23", 5, ""), came("f", "2026-11-23", 5, "")}, "MISSING_AT_NETWORK 1:0|MISSING_IN_BOOKS 0:1|MISSING_IN_BOOKS 0:1|MISSING_IN_BOOKS 0:1", ""},
		"money went out":   {[]settlement.Payable{owed("rec_5", "a", "2026-11-20", -500)}, []settlement.Deposit{came("d", "2026-11-23", -500, "")}, "ok 1:1", "deposited -5"},
		"many to many": {[]settlement.Payable{fri, owed("rec_2", "a", "2026-11-23", 829000)}, []settlement.Deposit{came("d", "2026-11-23", 1500000, "rec_1 rec_2"), came("e", "2026-11-24", 500000, "rec_2")},
			"ok 2:2", ""},
	} {
		var got, said []string
		for _, l := range settlement.Bank(date("2026-11-25"), colombian(), c.owed, c.came) {
			state := string(l.Class)
			if state == "" {
				state = map[bool]string{true: "pending", false: "ok"}[l.Pending]
			}
			days, deposits := l.Shape()
			got, said = append(got, fmt.Sprintf("%s %d:%d", state, days, deposits)), append(said, l.Explain(settlement.English))
			for _, in := range settlement.Languages() {
				if l.Explain(in) == "" || l.NextAction(in) == "" || strings.Contains(l.Explain(in), "{") {
					t.Errorf("%s in %s: %q, %q", name, in, l.Explain(in), l.NextAction(in))
				}
			}
		}
		if strings.Join(got, "|") != c.want || !strings.Contains(strings.Join(said, "|"), c.says) {
			t.Errorf("%s: %v, want %s\n%v, want %s", name, got, c.want, said, c.says)
		}
	}
}

// TestTheBankLosesNothing: every day and deposit is in exactly one leg, the sums balance, and the order of the inputs is no matter.
func TestTheBankLosesNothing(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		var days []settlement.Payable
		var lines []settlement.Deposit
		for i := range r.IntN(8) {
			days = append(days, owed(fmt.Sprint("rec_", i), string(rune('a'+r.IntN(2))), date("2026-11-16").AddDays(r.IntN(10)).String(), int64(r.IntN(6)-1)*100))
		}
		for i := range r.IntN(8) {
			lines = append(lines, came(fmt.Sprint("d", i), date("2026-11-16").AddDays(r.IntN(12)).String(), int64(r.IntN(8)+1)*100, []string{"", "", "rec_1", "rec_2 rec_3"}[r.IntN(4)]))
		}
		legs := settlement.Bank(date("2026-11-25"), colombian(), days, lines)
		seen, gap := map[string]int{}, int64(0)
		for _, l := range legs {
			gap += l.Actual - l.Expected
			for _, p := range l.Owed {
				seen[p.ID]++
			}
			for _, d := range l.Came {
				seen[d.ID]++
			}
		}
		for _, p := range days {
			gap += p.Net
		}
		for _, d := range lines {
			gap -= d.Minor
		}
		for id, n := range seen {
			if n != 1 {
				t.Fatalf("seed %d: %s is in %d legs", seed, id, n)
			}
		}
		if len(seen) != len(days)+len(lines) || gap != 0 {
			t.Fatalf("seed %d: %d of %d in legs, sums differ by %d", seed, len(seen), len(days)+len(lines), gap)
		}
		before := fmt.Sprint(legs)
		r.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		if after := fmt.Sprint(settlement.Bank(date("2026-11-25"), colombian(), days, lines)); after != before {
			t.Fatalf("seed %d: in another order\n%s\n%s", seed, before, after)
		}
	}
}

// TestDepositsAreKeptOnce however often their file comes; one that is known does not change.
func TestDepositsAreKeptOnce(t *testing.T) {
	s := memstore.New(memstore.Options{Now: func() time.Time { return time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC) }})
	book := settlement.DepositBook{Store: s}
	keep := func(text string) (int, error) {
		t.Helper()
		list, err := settlement.ReadDeposits("demo", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return book.Keep(t.Context(), "demo", list, "ana", 1)
	}
	header := "date,amount,currency,id,reference\n"
	file := header + "2026-11-23,11710.00,COP,b1,rec_1\n2026-11-23,5.00,COP,,cash\n2026-11-23,5.00,COP,,cash\n"
	for i, want := range []int{3, 0, 0} {
		if n, err := keep(file); n != want || err != nil {
			t.Errorf("time %d: %d written, %v", i, n, err)
		}
	}
	if n, err := keep(file + "2026-11-24,7.00,COP,b2,\n"); n != 1 || err != nil {
		t.Errorf("a longer file: %d written, %v", n, err)
	}
	for _, other := range []string{"2026-11-23,11711.00,COP,b1,rec_1\n", "2026-11-24,11710.00,COP,b1,rec_1\n"} {
		if n, err := keep(header + "2026-11-25,1.00,COP,b3,\n" + other); n != 0 || !errors.Is(err, settlement.ErrDepositDiffers) {
			t.Errorf("%s: %d written, %v", other, n, err)
		}
	}
	list, err := book.Between(t.Context(), "demo", date("2026-11-23"), date("2026-11-25"))
	if err != nil || len(list) != 4 {
		t.Errorf("%v, %v", list, err)
	}
}

// TestStatementsThatCannotBeRead name every faulty line and give nothing.
func TestStatementsThatCannotBeRead(t *testing.T) {
	good := "2026-11-23,1.00,COP,x\n"
	for name, c := range map[string]struct{ text, says string }{
		"nothing":       {"", "no header"},
		"no lines":      {"date,amount,currency\n", "no line"},
		"no column":     {"date,amount\n", `missing column "currency"`},
		"column twice":  {"date,amount,currency,date\n", "stands twice"},
		"a comma":       {"date,amount,currency,id\n" + good + "2026-11-23,\"1,00\",COP,y\n", "line 3: amount"},
		"a day":         {"date,amount,currency,id\n" + good + "23/11/2026,1.00,COP,y\n", "line 3: date"},
		"a currency":    {"date,amount,currency,id\n" + good + "2026-11-23,1.00,XXX,y\n", "line 3: currency"},
		"an id twice":   {"date,amount,currency,id\n" + good + good, "line 3: the id stands twice"},
		"a field less":  {"date,amount,currency,id\n2026-11-23,1.00\n", "wrong number of fields"},
		"not UTF-8":     {"date,amount,currency,id\n\xff\n", "not UTF-8"},
		"a stray quote": {"date,amount,currency,id\n2026-11-23,\"1.00,COP,x\n", "extraneous"},
	} {
		list, err := settlement.ReadDeposits("demo", []byte(c.text))
		if list != nil || !errors.Is(err, settlement.ErrDeposit) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v, want %q", name, list, err, c.says)
		}
	}
}

// TestDepositsOfAnotherCalendar are refused with line and reason.
func TestDepositsOfAnotherCalendar(t *testing.T) {
	for name, date := range map[string]string{"Buddhist": "2569-11-20", "Islamic": "1448-06-10", "Persian": "1405-08-29", "Minguo": "0115-11-20", "Hebrew": "5787-09-10"} {
		_, err := settlement.ReadDeposits("demo", []byte("date,amount,currency\n2026-11-20,10.00,PEN\n"+date+",10.00,PEN\n"))
		if err == nil || !strings.Contains(err.Error(), "line 3: ") || !strings.Contains(err.Error(), "another calendar") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
