package pagoefectivo_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo"
	"github.com/vuelto/vuelto/pkg/provider/pagoefectivo/pagoefectivosim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(pagoefectivo.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		return providertest.Subject{New: pagoefectivo.New, Words: pagoefectivo.Words(), Network: pagoefectivosim.New, Account: account,
			Codes: pagoefectivo.Codes(), ErrorsInside: true, Dated: true, Price: money.New(120_50, money.PEN), Part: money.New(50_05, money.PEN),
			Tiny: money.New(50_00, money.COP)}
	})
}
