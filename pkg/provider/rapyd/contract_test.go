package rapyd_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/rapyd"
	"github.com/vuelto/vuelto/pkg/provider/rapyd/rapydsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(rapyd.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		s := providertest.Subject{New: rapyd.New, Words: rapyd.Words(), Network: rapydsim.New, Account: account, Codes: rapyd.Codes(), Exact: true,
			SignsTime: true, Loose429: true, ErrorsInside: true, Signed: []string{"salt", "timestamp", "signature"},
			Strange: `{"id":"wh_1","type":"DREAM_COMPLETED","data":{}}`,
			Refusal: func(code, text string) string {
				return `{"status":{"error_code":"` + code + `","status":"ERROR","message":` + strconv.Quote(text) + `}}`
			},
			Stamp: func(h http.Header) (time.Time, error) {
				seconds, err := strconv.ParseInt(h.Get("timestamp"), 10, 64)
				return time.Unix(seconds, 0), err
			},
			Claims: map[simnet.Verb]disbursement.Claim{simnet.Expire: disbursement.ClaimVoided, simnet.Bounce: disbursement.ClaimVoided,
				"complete bounce": disbursement.ClaimVoided}}
		s.Price, s.Part, s.Tiny = money.New(120_50, money.PEN), money.New(50_05, money.PEN), money.New(50_00, money.COP)
		if account.Network == "efecty" {
			s.Price, s.Part, s.Tiny = money.New(80_000_00, money.COP), money.New(20_000_50, money.COP), money.New(20_00, money.PEN)
		}
		return s
	})
}
