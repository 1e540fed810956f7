package receipt_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/paper"
	"github.com/vuelto/vuelto/pkg/receipt"
)

var noon = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)

// paid is a refund that the buyer has.
func paid() disbursement.Disbursement {
	return disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Store: "store_co", Network: "efecty",
		Provider: "efecty", MerchantRef: "R-1", Payment: "pay_1", Order: "A-1", Amount: money.New(123456700, money.COP),
		Route: disbursement.CashWithdrawal, Reason: "customer_return", Reference: "EF-9", Received: 123456700, PaidAt: noon,
		State: disbursement.Paid, Beneficiary: identity.Person{Name: "Ana María Ñandú", DocumentType: "CC", DocumentNumber: "1032456789"},
		History: []disbursement.Step{{At: noon.Add(-time.Hour), To: disbursement.Queued, Evidence: "request", By: "ana"},
			{At: noon, From: disbursement.Queued, To: disbursement.Submitting, Evidence: "s"},
			{At: noon, From: disbursement.Submitting, To: disbursement.Paid, Evidence: "webhook:1", By: "webhook"}}}
}

func of(t *testing.T, d disbursement.Disbursement, lang string) receipt.Receipt {
	t.Helper()
	r, err := receipt.Of(d, merchant.Merchant{Name: "Tienda Ñ"}, true, lang)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func all(r receipt.Receipt) string {
	var b strings.Builder
	for _, l := range r.Lines {
		b.WriteString(l.Label + "=" + l.Value + "\n")
	}
	return b.String()
}

// TestEveryWordIsThereAndCanBePrinted: each key in each language, each character with a glyph.
func TestEveryWordIsThereAndCanBePrinted(t *testing.T) {
	for _, lang := range receipt.Languages() {
		for key, word := range receipt.Words(lang) {
			han := strings.ContainsFunc(word, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			if word == "" || han != (lang == "zh") {
				t.Errorf("%s in %s: %q", key, lang, word)
			}
			if bad := paper.Undrawable(word); len(bad) > 0 {
				t.Errorf("%s in %s: no glyph for %q", key, lang, bad)
			}
		}
	}
}

func TestAmountsAndTimesAreAsReadersWriteThem(t *testing.T) {
	for lang, want := range map[string][]string{
		"es": {"Importe=COP 1.234.567,00\n", "Pagado=20 de noviembre de 2026, 12:00:00 (UTC-05:00)\n", "Retiro en efectivo"},
		"en": {"Amount=COP 1,234,567.00\n", "Paid=20 November 2026, 12:00:00 (UTC-05:00)\n", "Goods returned"},
		"zh": {"金额=COP 1,234,567.00\n", "付款时间=2026年11月20日 12:00:00 (UTC-05:00)\n", "现金取现"},
	} {
		text := all(of(t, paid(), lang))
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", lang, w, text)
			}
		}
		if strings.Contains(text, "1032456789") || !strings.Contains(text, "****89") {
			t.Errorf("%s shows the document's number, or not its end", lang)
		}
	}
}

// TestWhatComesLaterChangesNothing: settled, and asked for again, it is the same receipt; what came back is another one.
func TestWhatComesLaterChangesNothing(t *testing.T) {
	before, d := of(t, paid(), "es"), paid()
	d.State, d.SettledOn, d.Fee = disbursement.Settled, calendar.Date{Year: 2026, Month: 11, Day: 23}, 100
	d.History = append(d.History, disbursement.Step{At: noon, From: disbursement.Paid, To: disbursement.Paid, Evidence: "receipt:3-es:aa"},
		disbursement.Step{At: noon, From: disbursement.Paid, To: disbursement.Settled, Evidence: "file#1"})
	after := of(t, d, "es")
	if all(before) != all(after) || before.File() != after.File() || before.Entry != 3 || before.File() != "receipts/demo/rf_1/3-es.pdf" {
		t.Errorf("%s\n%s", all(before), all(after))
	}
	d.State, d.Returned = disbursement.Returned, 1000
	d.History = append(d.History, disbursement.Step{At: noon, From: disbursement.Settled, To: disbursement.Returned, Evidence: "file#2"})
	back := of(t, d, "es")
	if back.Entry != 6 || back.Title == before.Title || !strings.Contains(all(back), "Devuelto al comercio=COP 10,00") {
		t.Errorf("%+v", back)
	}
}

func TestThereIsNothingToAttestBeforeTheEnd(t *testing.T) {
	for _, s := range disbursement.States() {
		d := paid()
		if d.State = s; s == disbursement.Paid || s == disbursement.Settled || s == disbursement.Returned {
			continue
		}
		if _, err := receipt.Of(d, merchant.Merchant{}, true, "es"); !errors.Is(err, receipt.ErrNotReady) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if _, err := receipt.Of(paid(), merchant.Merchant{}, true, "de"); !errors.Is(err, receipt.ErrLanguage) {
		t.Error(err)
	}
}

func TestWhatIsATestSaysSo(t *testing.T) {
	r, err := receipt.Of(paid(), merchant.Merchant{}, false, "en")
	if err != nil || !strings.HasPrefix(r.Notes[0], "TEST") || strings.Contains(strings.Join(of(t, paid(), "en").Notes, ""), "TEST") {
		t.Errorf("%v %v", r.Notes, err)
	}
}

func TestReceiptsAreKeptByTheCountrysRule(t *testing.T) {
	for _, country := range []calendar.Country{calendar.Colombia(), calendar.Peru()} {
		until, err := receipt.Until(country, time.Date(2026, 11, 21, 4, 59, 0, 0, time.UTC)) // 20 November there
		if err != nil || until != time.Date(2036, 11, 21, 5, 0, 0, 0, time.UTC) {
			t.Errorf("%s: %s %v", country.Code(), until, err)
		}
	}
	if _, err := receipt.Until(calendar.Colombia(), time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("a rule holds before its day")
	}
	for _, r := range receipt.Rules() {
		if r.Years < receipt.LeastYears || r.Source == "" || r.From.IsZero() {
			t.Errorf("%+v", r)
		}
	}
}
