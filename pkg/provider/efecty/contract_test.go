package efecty_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/efecty/efectysim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() (all []providertest.Subject) {
	for _, account := range allsim.Accounts("demo") {
		if account.Provider == efecty.Name {
			all = append(all, providertest.Subject{New: efecty.New, Words: efecty.Words(), Network: efectysim.New, Account: account,
				Codes: efecty.Codes(), SignsTime: true, Price: money.New(80_000_00, money.COP),
				Part: money.New(50_000_00, money.COP), Tiny: money.New(50_000_50, money.COP)})
		}
	}
	return all
}
