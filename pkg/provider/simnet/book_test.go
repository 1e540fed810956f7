package simnet_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// mute is a provider that never calls back.
type mute struct{}

func (mute) PaymentEvent(*simnet.Payment, *simnet.Receipt) []byte { return nil }

func (mute) DisbursementEvent(*simnet.Disbursement) []byte { return nil }

func (mute) Sign(string, []byte, time.Time) http.Header { return http.Header{} }

func newBook(host simnet.Host) (book *simnet.Book, ours, theirs *simnet.Account) {
	book = simnet.NewBook(host, simnet.Manners{Name: "echo", Network: "efecty", Voice: mute{}, FailCode: "NO",
		ReceiptID: func(int) string { return "T" }})
	for _, id := range []string{"ours", "theirs"} {
		book.Register(provider.Account{ID: id, Credentials: map[string]string{"key": id}}, "")
	}
	return book, book.Holder("key", "ours"), book.Holder("key", "theirs")
}

func TestAccountsSeeOnlyTheirOwn(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	book, ours, theirs := newBook(host)
	book.Issue(simnet.Payment{Account: ours, Ours: "pay_1", Code: "C1", Minor: 100, Currency: money.COP, ExpiresAt: start().Add(time.Hour)})
	book.Accept(simnet.Disbursement{Account: ours, Ours: "rf_1", Status: simnet.Accepted}, false)
	if book.Voucher(ours, "C1") == nil || book.VoucherOf(ours, "pay_1") == nil || book.DisbursementOf(ours, "rf_1") == nil {
		t.Error("the account does not see its own")
	}
	if book.Voucher(theirs, "C1") != nil || book.VoucherOf(theirs, "pay_1") != nil || book.DisbursementOf(theirs, "rf_1") != nil {
		t.Error("an account sees another's")
	}
	if book.Holder("key", "") != nil || book.Holder("other", "ours") != nil {
		t.Error("an empty or foreign credential opens an account")
	}
	if _, fresh := book.Accept(simnet.Disbursement{Account: theirs, Ours: "rf_1", Status: simnet.Accepted}, true); !fresh {
		t.Error("another account's reference counts as a repeat")
	}
}

func TestMovesNeverShareAnInstant(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	book, ours, _ := newBook(host)
	d, _ := book.Accept(simnet.Disbursement{Account: ours, Ours: "rf_1", Status: simnet.Accepted}, false)
	last := d.MovedAt
	for _, verb := range []simnet.Verb{simnet.Complete, simnet.Bounce} {
		if err := book.Move("rf_1", verb); err != nil {
			t.Fatal(err)
		}
		if !d.MovedAt.After(last) {
			t.Errorf("%s at %s, after %s", verb, d.MovedAt, last)
		}
		last = d.MovedAt
	}
}

func TestMovesNeedALiveDisbursement(t *testing.T) {
	for _, end := range []simnet.Verb{simnet.Fail, simnet.Expire, simnet.Bounce} {
		host := providertest.NewHost(start(), 1)
		book, ours, _ := newBook(host)
		if book.Move("rf_1", simnet.Complete) == nil {
			t.Error("moved what is not there")
		}
		book.Accept(simnet.Disbursement{Account: ours, Ours: "rf_1", Status: simnet.Accepted}, false)
		if err := book.Move("rf_1", end); err != nil {
			t.Fatal(err)
		}
		if book.Move("rf_1", simnet.Complete) == nil {
			t.Errorf("completed after %s", end)
		}
		if book.Move("rf_1", "dance") == nil {
			t.Error("an unknown verb is done")
		}
	}
}

func TestCashCodesRunOutByThemselves(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	book, ours, _ := newBook(host)
	for id, verb := range map[string]simnet.Verb{"rf_1": "", "rf_2": simnet.Collect} {
		book.Accept(simnet.Disbursement{Account: ours, Ours: id, Kind: simnet.KindRefund, Status: simnet.Collectable,
			CashCode: "77", CashExpires: start().Add(7 * 24 * time.Hour)}, false)
		if verb != "" {
			if err := book.Move(id, verb); err != nil {
				t.Fatal(err)
			}
		}
	}
	host.Sleep(7*24*time.Hour - time.Second)
	if got := book.DisbursementOf(ours, "rf_1").Status; got != simnet.Collectable {
		t.Errorf("%s before its end", got)
	}
	host.Sleep(time.Second)
	if first, second := book.DisbursementOf(ours, "rf_1").Status, book.DisbursementOf(ours, "rf_2").Status; first != simnet.Expired || second != simnet.Paid {
		t.Errorf("uncollected is %s, collected is %s", first, second)
	}
}

func TestPayRefuses(t *testing.T) {
	host := providertest.NewHost(start(), 1)
	book, ours, _ := newBook(host)
	if book.Pay("pay_1", 0) == nil {
		t.Error("paid a voucher that is not there")
	}
	book.Issue(simnet.Payment{Account: ours, Ours: "pay_1", Code: "C1", Minor: 100, Currency: money.COP, ExpiresAt: start().Add(time.Hour)})
	if book.Pay("pay_1", -1) == nil {
		t.Error("paid a negative sum")
	}
}

// TestFilesFollowTheAccountsCountry: 12 October 2026 is a holiday in Colombia and a working day in Peru.
func TestFilesFollowTheAccountsCountry(t *testing.T) {
	host := providertest.NewHost(time.Date(2026, 10, 9, 15, 0, 0, 0, time.UTC), 1) // a Friday
	book := simnet.NewBook(host, simnet.Manners{Name: "gate", Voice: mute{}, ReceiptID: func(int) string { return "T" }})
	for network, id := range map[string]string{"efecty": "co", "pagoefectivo": "pe"} {
		book.Register(provider.Account{ID: id, Network: network, Credentials: map[string]string{"key": id}}, "")
	}
	co, pe := book.Holder("key", "co"), book.Holder("key", "pe")
	friday, monday, tuesday := calendar.Date{Year: 2026, Month: 10, Day: 9}, calendar.Date{Year: 2026, Month: 10, Day: 12}, calendar.Date{Year: 2026, Month: 10, Day: 13}
	book.Issue(simnet.Payment{Account: pe, Ours: "pay_pe", Code: "P", Minor: 100, Currency: money.PEN, ExpiresAt: host.Now().Add(time.Hour)})
	if err := book.Pay("pay_pe", 0); err != nil {
		t.Fatal(err)
	}
	if _, settles, _ := book.Close(friday); settles != monday {
		t.Errorf("only Peru was busy, and it settles on %s", settles)
	}
	if rows, ok := book.Movements(pe, monday); !ok || len(rows) != 1 {
		t.Errorf("Lima's file of Monday: %v, %v", rows, ok)
	}
	if _, ok := book.File(co, monday); ok {
		t.Error("Bogota has a file on a holiday")
	}
	if file, ok := book.File(co, tuesday); !ok || strings.Count(string(file), "\n") != 1 {
		t.Errorf("Bogota's file of Tuesday is %q", file)
	}
	book.Issue(simnet.Payment{Account: co, Ours: "pay_co", Code: "C", Minor: 100, Currency: money.COP, ExpiresAt: host.Now().Add(time.Hour)})
	if err := book.Pay("pay_co", 0); err != nil {
		t.Fatal(err)
	}
	if _, settles, _ := book.Close(friday); settles != tuesday {
		t.Errorf("both were busy, and the later of their days is %s", settles)
	}
}

// TestAFileThatWasPrintedGoesWithTheBook: what is kept of a file is printed on where cash moves on a day that is closed, and
// anew where another day closes into it or the account changes.
func TestAFileThatWasPrintedGoesWithTheBook(t *testing.T) {
	host := providertest.NewHost(time.Date(2026, 10, 9, 15, 0, 0, 0, time.UTC), 1) // a Friday
	book := simnet.NewBook(host, simnet.Manners{Name: "gate", Network: "pagoefectivo", Voice: mute{}, ReceiptID: func(n int) string { return "T" + strconv.Itoa(n) }})
	account := provider.Account{ID: "pe", Network: "pagoefectivo", Credentials: map[string]string{"key": "pe"}}
	book.Register(account, "")
	pe := book.Holder("key", "pe")
	friday, monday := calendar.Date{Year: 2026, Month: 10, Day: 9}, calendar.Date{Year: 2026, Month: 10, Day: 12}
	rows := func(want int, cost string) {
		t.Helper()
		for range 2 {
			file, _ := book.File(pe, monday)
			if strings.Count(string(file), ",PAYMENT,100.00,"+cost+",") != want || strings.Count(string(file), "\n") != want+1 {
				t.Errorf("%d rows at %s in %q", want, cost, file)
			}
		}
	}
	pay := func(ours string) {
		t.Helper()
		book.Issue(simnet.Payment{Account: pe, Ours: ours, Code: ours, Minor: 100_00, Currency: money.PEN, ExpiresAt: host.Now().Add(time.Hour)})
		if err := book.Pay(ours, 0); err != nil {
			t.Fatal(err)
		}
	}
	pay("pay_1")
	_, _, _ = book.Close(friday)
	rows(1, "0.00")
	pay("pay_2") // still on Friday
	rows(2, "0.00")
	host.Sleep(24 * time.Hour)
	pay("pay_3") // on a Saturday that is not closed
	rows(2, "0.00")
	_, _, _ = book.Close(friday.AddDays(1))
	rows(3, "0.00")
	account.Fees = settlement.Fees{Fixed: 1_00}
	book.Register(account, "")
	rows(3, "1.00")
}

// Two live ones of the same refund are a double payment, whatever the account, and under whatever reference of an attempt; one after
// a refused one is not. More than the cash that came for a payment is overdrawn.
func TestTheBookNotesWhatMustNeverHappen(t *testing.T) {
	const one, two = "rf_0123456789ABCDEFGHJKMNPQRS", "rf_1123456789ABCDEFGHJKMNPQRS"
	type ask struct {
		ours, status string
		minor        int64
		account      *simnet.Account
	}
	own, theirs := &simnet.Account{}, &simnet.Account{}
	own.ID, theirs.ID = "a", "b"
	for _, c := range []struct {
		what               string
		asks               []ask
		doubled, overdrawn int
	}{
		{"once", []ask{{one, simnet.Accepted, 100, own}}, 0, 0},
		{"again after a refusal", []ask{{one, simnet.Rejected, 100, own}, {one, simnet.Accepted, 100, own}}, 0, 0},
		{"twice", []ask{{one, simnet.Accepted, 50, own}, {one, simnet.Accepted, 50, own}}, 1, 0},
		{"twice, by another attempt", []ask{{one, simnet.Accepted, 50, own}, {one + "-2", simnet.Accepted, 50, own}}, 1, 0},
		{"twice, by another account", []ask{{one, simnet.Accepted, 50, own}, {one, simnet.Accepted, 50, theirs}}, 1, 0},
		{"two in parts", []ask{{one, simnet.Accepted, 50, own}, {two, simnet.Accepted, 50, own}}, 0, 0},
		{"two, more than there was", []ask{{one, simnet.Accepted, 50, own}, {two, simnet.Accepted, 51, own}}, 0, 1},
		{"a hundred times as much", []ask{{one, simnet.Accepted, 10_000, own}}, 0, 1},
	} {
		book := simnet.NewBook(providertest.NewHost(start(), 1), simnet.Manners{Name: "n", Voice: mute{}, ReceiptID: func(int) string { return "T1" }})
		book.Issue(simnet.Payment{Account: own, Ours: "pay_1", Code: "C1", Minor: 100, ExpiresAt: start().Add(time.Hour)})
		if err := book.Pay("pay_1", 0); err != nil {
			t.Fatal(err)
		}
		for _, a := range c.asks {
			book.Accept(simnet.Disbursement{Account: a.account, Kind: simnet.KindRefund, Ours: a.ours, Transaction: "T1", Minor: a.minor, Status: a.status}, false)
		}
		if len(book.Doubled()) != c.doubled || len(book.Overdrawn()) != c.overdrawn {
			t.Errorf("%s: doubled %v, overdrawn %v", c.what, book.Doubled(), book.Overdrawn())
		}
		if line := book.Ledger()[1]; line.Gives != "pay_1" {
			t.Errorf("%s: it gives back %q", c.what, line.Gives)
		}
	}
}
