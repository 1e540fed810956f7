package dlocal_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/dlocal"
	"github.com/vuelto/vuelto/pkg/provider/dlocal/dlocalsim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(dlocal.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		account.Settings["notification_url"] = "http://127.0.0.1:8080/webhooks/dlocal/" + account.ID
		s := providertest.Subject{New: dlocal.New, Words: dlocal.Words(), Network: dlocalsim.New, Account: account, Codes: dlocal.Codes(), OwnDeadline: true,
			Strange: `{"id":"DREAM-1","status":"DREAMT"}`}
		s.Price, s.Part, s.Tiny = money.New(120_50, money.PEN), money.New(50_05, money.PEN), money.New(50_00, money.COP)
		if account.Network == "efecty" {
			s.Price, s.Part, s.Tiny = money.New(80_000_00, money.COP), money.New(20_000_00, money.COP), money.New(20_000_50, money.COP)
		}
		return s
	})
}

var _ provider.Refunder = (*dlocal.Adapter)(nil)
