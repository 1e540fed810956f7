package epayco_test

import (
	"strconv"
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/epayco"
	"github.com/vuelto/vuelto/pkg/provider/epayco/epaycosim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(epayco.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		return providertest.Subject{New: epayco.New, Words: epayco.Words(), Network: epaycosim.New, Account: account, Codes: epayco.Codes(),
			ErrorsInside: true, Exact: true, Days: true, TheirRefs: true, InBody: true, Strange: "x_ref_payco=45000001&x_id_invoice=A-1", Idle: []string{"customer_id"},
			Settings: []string{"max_days", "quiet_minutes"},
			Refusal:  func(code, text string) string { return `{"error":` + strconv.Quote(code+": "+text) + `}` },
			Price:    money.New(80_000_00, money.COP), Part: money.New(20_000_50, money.COP)}
	})
}
