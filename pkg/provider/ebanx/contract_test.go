package ebanx_test

import (
	"strconv"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/ebanx"
	"github.com/vuelto/vuelto/pkg/provider/ebanx/ebanxsim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(ebanx.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		s := providertest.Subject{New: ebanx.New, Words: ebanx.Words(), Network: ebanxsim.New, Account: account, Codes: ebanx.Codes(), Exact: true, Days: true,
			InPath: true, Loose429: true, ErrorsInside: true, Strange: "operation=something_else&notification_type=update&hash_codes=00",
			Refusal: func(code, text string) string {
				return `{"status":"ERROR","status_code":"` + code + `","status_message":` + strconv.Quote(text) + `}`
			},
			Claims: map[simnet.Verb]disbursement.Claim{simnet.Fail: disbursement.ClaimVoided, simnet.Expire: disbursement.ClaimVoided,
				simnet.Bounce: disbursement.ClaimVoided}}
		s.Price, s.Part, s.Tiny = money.New(120_50, money.PEN), money.New(50_05, money.PEN), money.New(50_00, money.COP)
		if account.Network == "efecty" {
			s.Price, s.Part, s.Tiny = money.New(80_000_00, money.COP), money.New(20_000_50, money.COP), money.New(20_00, money.PEN)
		}
		return s
	})
}
