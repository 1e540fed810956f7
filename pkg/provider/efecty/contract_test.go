package efecty_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/efecty/cashoutsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty/efectysim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(efecty.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		return providertest.Subject{New: efecty.New, Words: efecty.Words(), Network: efectysim.New, Account: account,
			Codes: efecty.Codes(), SignsTime: true, Price: money.New(80_000_00, money.COP),
			Part: money.New(50_000_00, money.COP), Tiny: money.New(50_000_50, money.COP)}
	})
}

// TestCashOutContract holds the same suite against cash-outs through D24, at both of its counters.
func TestCashOutContract(t *testing.T) {
	for _, counter := range []string{"10003", "10006"} {
		t.Run(counter, func(t *testing.T) { providertest.Run(t, cashOut(counter)) })
	}
}

// FuzzCashOutReplies: as FuzzReplies, of D24.
func FuzzCashOutReplies(f *testing.F) {
	providertest.FuzzReplies(f, []providertest.Subject{cashOut("10003")})
}

func cashOut(counter string) providertest.Subject {
	account := allsim.CashOut("demo")
	account.Settings["bank_code"] = counter
	return providertest.Subject{New: efecty.New, Words: efecty.Words(), Network: cashoutsim.New, Account: account, Codes: efecty.CashOutCodes(),
		Loose429: true, Unstamped: true, Anonymous: true, Nameless: true, InBody: true, Strange: "external_id=by-hand&cashout_id=8000001",
		Settings: []string{"idempotent", "quiet_minutes", "cents", "cash_min", "cash_max", "bank_code", "through"},
		Price:    money.New(80_000_00, money.COP), Part: money.New(50_000_00, money.COP), Tiny: money.New(50_000_50, money.COP)}
}
