package notify

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/notice"
)

func TestAmountsAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency money.Currency
		want     string
	}{{5_000_000, money.COP, "$ 50.000"}, {123_456_750, money.COP, "$ 1.234.567,50"}, {12050, money.PEN, "S/ 120.50"},
		{5, money.PEN, "S/ 0.05"}, {123456, money.USD, "USD 1,234.56"}} {
		if got := amount(money.New(c.minor, c.currency)); got != c.want {
			t.Errorf("%d %s: %q, want %q", c.minor, c.currency, got, c.want)
		}
	}
}

// TestHostileNames: no line of a buyer's becomes a line of ours, and no heap of marks a page.
func TestHostileNames(t *testing.T) {
	d := disbursement.Disbursement{Kind: disbursement.Refund, Order: "A\r\nBcc: x", Amount: money.New(100, money.PEN), CashCode: "123\n456", CashExpires: time.Now()}
	for _, name := range []string{"A" + strings.Repeat("\u0301", 10_000), "Ana\r\nBcc: all@example.pe", strings.Repeat("😀", 5000), "\x00\x1b[2J",
		strings.Repeat("\u202e", 100) + "Ana", "Lu\u0301is \u0301\u0302\u0303Ñandú"} {
		for _, kind := range []notice.Kind{notice.Paid, notice.Ready, notice.Expiring, notice.Details} {
			m := write(kind, d, identity.Person{Name: identity.Sensitive(name)}, "Tienda", asked{link: "https://x.example/claim/t"})
			first, _, _ := strings.Cut(m.long, "\n")
			if utf8.RuneCountInString(first) > 75 || strings.ContainsAny(m.subject+m.short, "\r\n") || strings.Contains(m.long, "\r") ||
				strings.Contains(m.long, "\nBcc") || strings.Contains(m.long, "\x1b") || strings.Contains(m.long, "\u202e") || !utf8.ValidString(m.long) {
				t.Errorf("%.40q: %q", name, m)
			}
		}
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{"ana@example.pe": "ana@example.pe", " ana@example.pe ": "ana@example.pe", "": "", "ana": "",
		"Ana <ana@example.pe>": "", "ana@example.pe\r\nBcc: x@y.z": "", "a@b.c, d@e.f": "", "ñ@example.pe": "", "\"a b\"@example.pe": ""} {
		if got := mailAddress(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[[2]string]string{{"300 111 2233", "efecty"}: "+573001112233", {"+57 300-111-2233", "efecty"}: "+573001112233",
		{"999888777", "pagoefectivo"}: "+51999888777", {"999888777", "efecty"}: "", {"3001112233", "pagoefectivo"}: "", {"", "efecty"}: "",
		{"+1", "efecty"}: "", {"+0999888777", "efecty"}: "", {"6011234567", "efecty"}: ""} {
		if got := phoneNumber(in[0], in[1]); got != want {
			t.Errorf("%v: %q, want %q", in, got, want)
		}
	}
}
