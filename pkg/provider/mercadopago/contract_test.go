package mercadopago_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago"
	"github.com/vuelto/vuelto/pkg/provider/mercadopago/mercadopagosim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(mercadopago.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		account.Settings["notification_url"] = "http://127.0.0.1:8080/webhooks/mercadopago/" + account.ID
		s := providertest.Subject{New: mercadopago.New, Words: mercadopago.Words(), Network: mercadopagosim.New, Account: account, Codes: mercadopago.Codes(),
			Refusal: refusal, Signed: []string{"X-Request-Id"}, SignsTime: true, Stamp: stamp, Untold: true, OursInFiles: true,
			Strange: `{"type":"plan","action":"plan.updated","data":{"id":"1"}}`, BadLines: badLines}
		s.Price, s.Part, s.Tiny = money.New(120_50, money.PEN), money.New(120_50, money.PEN), money.New(50_00, money.COP)
		if account.Network == "efecty" {
			s.Price, s.Part, s.Tiny = money.New(80_000_00, money.COP), money.New(20_000_00, money.COP), money.New(20_000_50, money.COP)
		}
		return s
	})
}

func refusal(code, text string) string {
	return `{"message":"no","error":"bad_request","status":400,"cause":[{"code":` + strconv.Quote(code) + `,"description":` + strconv.Quote(text) + `}]}`
}

func stamp(h http.Header) (time.Time, error) {
	ts, _, _ := strings.Cut(strings.TrimPrefix(h.Get("X-Signature"), "ts="), ",")
	n, err := strconv.ParseInt(ts, 10, 64)
	return time.UnixMilli(n), err
}

const badLines = "EXTERNAL_REFERENCE;SOURCE_ID;TRANSACTION_TYPE;TRANSACTION_AMOUNT;TRANSACTION_CURRENCY;TRANSACTION_DATE;FEE_AMOUNT;SETTLEMENT_NET_AMOUNT;TAXES_AMOUNT\n" +
	"T1;1;SETTLEMENT;10.00;PEN;2026-11-20T10:00:00.000-04:00;-1.00;9.00;0.00\n" +
	"T2;2;SETTLEMENT;ten;PEN;2026-11-20T10:00:00.000-04:00;-1.00;9.00;0.00\n" +
	"T3;3;SETTLEMENT\n" +
	"T4;4;CASHBACK;10.00;PEN;2026-11-20T10:00:00.000-04:00;-1.00;9.00;0.00\n" +
	"T5;5;SETTLEMENT;10.00;PEN;20/11/2026;-1.00;9.00;0.00\n"
