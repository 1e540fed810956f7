package payu_test

import (
	"strconv"
	"testing"

	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/payu"
	"github.com/vuelto/vuelto/pkg/provider/payu/payusim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestContract(t *testing.T) { providertest.RunAll(t, subjects()) }

// FuzzReplies: whatever answers a call, no panic, and no claim without what must stand behind it.
func FuzzReplies(f *testing.F) { providertest.FuzzReplies(f, subjects()) }

// FuzzSettlement: every line of a file is read whole or says why not.
func FuzzSettlement(f *testing.F) { providertest.FuzzSettlement(f, subjects()) }

func subjects() []providertest.Subject {
	return providertest.Subjects(payu.Name, allsim.Accounts("demo"), func(account provider.Account) providertest.Subject {
		account.Settings["notification_url"] = "http://127.0.0.1:8080/webhooks/payu/" + account.ID
		s := providertest.Subject{New: payu.New, Words: payu.Words(), Network: payusim.New, Account: account, Loose429: true, Unstamped: true,
			Anonymous: true, ErrorsInside: true}
		if account.Network == "efecty" {
			s.Price, s.Part, s.Tiny = money.New(80_000_00, money.COP), money.New(20_000_00, money.COP), money.New(20_00, money.COP)
			s.Codes, s.Refusal = payu.Codes(), refusedPayout
			s.VoucherMin, s.VoucherMax = 20_000_00, 6_000_000_00
			s.InPath, s.Bare = true, true                  // the notifications of payouts
			s.Idle = []string{"merchant_id", "public_key"} // the Payouts API documents no refusal of them
			s.Strange = `{"supplierBankAccountId":"e202507e","validationState":"APPROVED"}`
		} else {
			s.Price = money.New(120_50, money.PEN)
			s.Codes, s.Refusal = payu.VoucherCodes(), refusedVoucher
			s.InBody = true                                                        // confirmations
			s.Idle = []string{"api_login", "api_key", "merchant_id", "account_id"} // every error of the payments API looks alike
			s.Strange = "reference_sale=elsewhere&state_pol=4&merchant_id=1"
		}
		return s
	})
}

func refusedPayout(code, text string) string {
	return `{"totalSuccessful":0,"totalFailed":1,"successfulItems":[],"failedItems":[{"processingStatus":"` + code + `","failureMessages":[` + strconv.Quote(text) + `]}]}`
}

func refusedVoucher(code, text string) string {
	if code == "DECLINED" {
		return `{"code":"SUCCESS","error":null,"transactionResponse":{"state":"DECLINED","transactionId":"t","responseCode":` + strconv.Quote(text) + `}}`
	}
	return `{"code":"` + code + `","error":` + strconv.Quote(text) + `,"transactionResponse":null}`
}
