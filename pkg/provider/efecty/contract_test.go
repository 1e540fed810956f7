package efecty_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/efecty"
	"github.com/vuelto/vuelto/pkg/provider/efecty/efectysim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) {
	for _, account := range allsim.Accounts("demo") {
		if account.Provider == efecty.Name {
			providertest.Run(t, providertest.Subject{New: efecty.New, Words: efecty.Words(), Network: efectysim.New, Account: account,
				Codes: efecty.Codes(), SignsTime: true, Price: money.New(80_000_00, money.COP),
				Part: money.New(50_000_00, money.COP), Tiny: money.New(50_000_50, money.COP)})
		}
	}
}
