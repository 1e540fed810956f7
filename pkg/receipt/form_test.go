package receipt_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/paper"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/receipt"
)

func form(t *testing.T, name, lang string) (receipt.Form, string) {
	t.Helper()
	d := paid()
	d.RequestedBy, d.ApprovedBy, d.ReasonText = "ana", "luz", "rotten"
	f, err := receipt.FormOf(name, d, merchant.Merchant{Name: "Tienda Ñ"}, true, lang)
	if err != nil {
		t.Fatal(err)
	}
	return f, all(receipt.Receipt{Lines: f.Lines})
}

// TestComplianceFormsSayWhatTheRefundIs: in each language, with no hole left, no more of a number than its end, and room to sign.
func TestComplianceFormsSayWhatTheRefundIs(t *testing.T) {
	want := []string{"refund_request", "third_party_authorization", "origin_of_funds", "data_consent", "refund_reason"}
	if !slices.Equal(receipt.Forms(), want) { // names are addresses
		t.Fatal(receipt.Forms())
	}
	for _, name := range receipt.Forms() {
		for _, lang := range receipt.Languages() {
			f, facts := form(t, name, lang)
			amount := map[string]string{"es": "COP 1.234.567,00", "en": "COP 1,234,567.00", "zh": "COP 1,234,567.00"}[lang]
			for _, fact := range []string{"rf_1", "R-1", "A-1", "pay_1", amount, "Ana María Ñandú", "CC ****89", "efecty / efecty"} {
				if !strings.Contains(facts, "="+fact+"\n") {
					t.Errorf("%s %s: no %q in\n%s", name, lang, fact, facts)
				}
			}
			if ours := strings.Contains(facts, "=ana\n") && strings.Contains(facts, "=luz\n") && strings.Contains(facts, "=rotten\n"); ours != (name == "refund_reason") {
				t.Errorf("%s %s: names the merchant's people: %v", name, lang, ours)
			}
			text := strings.Join(append(append(f.Text, f.Notes...), f.Blanks...), "\n")
			if strings.Contains(facts+text, "1032456789") || strings.ContainsAny(text, "{}") || len(f.Blanks) < 3 || slices.Contains(f.Blanks, "") {
				t.Errorf("%s %s: %s\n%q", name, lang, text, f.Blanks)
			}
		}
	}
	for lang, law := range map[string]string{"es": "Ley 1581 de 2012", "en": "Law 1581 of 2012", "zh": "第 1581 号法"} {
		if f, _ := form(t, "data_consent", lang); !strings.Contains(strings.Join(f.Text, ""), law) {
			t.Errorf("%s names no law: %q", lang, f.Text)
		}
	}
}

// TestAFormBeforeTheRefund has the payment's facts, and leaves free what is not known.
func TestAFormBeforeTheRefund(t *testing.T) {
	p := payment.Payment{ID: "pay_1", Network: "pagoefectivo", Provider: "payu", Order: "A-1", Amount: money.New(9999, money.PEN), State: payment.Paid,
		Receipts: []payment.Receipt{{TransactionID: "T-1", Minor: 10000}}, Payer: identity.Person{Name: "Ana Quispe", DocumentType: "DNI", DocumentNumber: "40512347"}}
	f, err := receipt.FormOfPayment("origin_of_funds", p, merchant.Merchant{Name: "Tienda"}, false, "es")
	facts := all(receipt.Receipt{Lines: f.Lines})
	if err != nil || !strings.Contains(facts, "Importe pagado=PEN 100.00\n") || !strings.Contains(facts, "=T-1\n") || !strings.Contains(facts, "DNI ****47") ||
		f.Blanks[0] != "Importe" || f.Blanks[1] != "Motivo" || !strings.Contains(strings.Join(f.Text, ""), "UIF-Perú") || !strings.HasPrefix(f.Notes[0], "PRUEBA") {
		t.Errorf("%v %s %+v", err, facts, f)
	}
	if _, err := receipt.FormOfPayment("origin_of_funds", p, merchant.Merchant{}, true, "de"); !errors.Is(err, receipt.ErrLanguage) {
		t.Error(err)
	}
	if _, err := receipt.FormOf("poem", paid(), merchant.Merchant{}, true, "es"); !errors.Is(err, receipt.ErrForm) || !strings.Contains(err.Error(), "refund_request") {
		t.Error(err)
	}
}

func TestEveryWordOfAFormIsThereAndCanBePrinted(t *testing.T) {
	for _, lang := range receipt.Languages() {
		for key, word := range receipt.FormWords(lang) {
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
