package kushki_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/kushki"
	"github.com/vuelto/vuelto/pkg/provider/kushki/kushkisim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(kushki.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		s := providertest.Subject{New: kushki.New, Words: kushki.Words(), Network: kushkisim.New, Account: account, Codes: kushki.Codes(), Exact: true,
			SignsTime: true, Loose429: true, Anonymous: true, Settings: []string{"quiet_minutes", "open_validation"},
			Signed:  []string{"X-Kushki-Id", "X-Kushki-Signature"},
			Strange: `{"ticketNumber":"1","pin":"9","status":"dreamtTransaction"}`,
			Stamp: func(h http.Header) (time.Time, error) {
				seconds, err := strconv.ParseInt(h.Get("X-Kushki-Id"), 10, 64)
				return time.Unix(seconds, 0), err
			}}
		s.Price, s.Part, s.Tiny = money.New(120_50, money.PEN), money.New(50_05, money.PEN), money.New(50_00, money.COP)
		if account.Network == "efecty" {
			s.Price, s.Part, s.Tiny = money.New(80_000_00, money.COP), money.New(20_000_50, money.COP), money.New(20_00, money.PEN)
		}
		return s
	})
}
