//go:build e2e

package e2e_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/flow/issue"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/merchant"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/receipt"
)

// looked is what PDFium made of a document, and what is wrong with the picture.
type looked struct {
	Text  string   `json:"text"`
	Wrong []string `json:"wrong"`
}

// TestReceiptsShowWhatTheySay: PDFium, which has nothing of ours, draws every receipt; each character has ink where it stands, none
// is the box of what is missing, and the text that can be copied from it is the receipt's. It sees a glyph taken away, made blank, or
// put in as a hollow box.
func TestReceiptsShowWhatTheySay(t *testing.T) {
	var pages [][]byte
	var want [][]string
	for _, lang := range receipt.Languages() {
		for _, back := range []bool{false, true} {
			r := attested(t, lang, back)
			pages, want = append(pages, issue.Draw(r)), append(want, said(r))
		}
	}
	for _, lang := range receipt.Languages() {
		for _, name := range receipt.Forms() {
			f := template(t, name, lang)
			pages, want = append(pages, issue.DrawForm(f)), append(want, filled(f))
		}
	}
	for i, seen := range look(t, pages) {
		if len(seen.Wrong) > 0 {
			t.Errorf("page %d: %q", i, seen.Wrong)
		}
		for _, word := range want[i] {
			if !strings.Contains(squeezed(seen.Text), squeezed(word)) {
				t.Errorf("page %d does not say %q:\n%s", i, word, seen.Text)
			}
		}
	}
	for i, seen := range look(t, [][]byte{missing(pages[4]), glyphs(t, pages[4], blank), glyphs(t, pages[4], framed)}) {
		if trouble := []string{"a code is 0", "no ink", "a hollow box"}[i]; !strings.Contains(strings.Join(seen.Wrong, "\n"), trouble) {
			t.Errorf("spoilt copy %d: %q is not among %q", i, trouble, seen.Wrong)
		}
	}
}

// attested is the receipt of a refund to somebody whose name needs every face, and one character that none has.
func attested(t *testing.T, lang string, back bool) receipt.Receipt {
	t.Helper()
	at := time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)
	d := disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Store: "store_co", Network: "efecty", Provider: "efecty",
		MerchantRef: "R-1", Payment: "pay_1", Order: "订单-7", Amount: money.New(123456700, money.COP), Route: disbursement.CashWithdrawal, Reason: "customer_return",
		Reference: "EF-9", Received: 123456700, PaidAt: at, State: disbursement.Paid,
		Beneficiary: identity.Person{Name: "王小明 Ñandú Łukasz Ελένη Юлия 山田 김 😀", DocumentType: "CE", DocumentNumber: "1032456789"},
		History: []disbursement.Step{{At: at, To: disbursement.Submitting, Evidence: "request", By: "ana"},
			{At: at, From: disbursement.Submitting, To: disbursement.Paid, Evidence: "webhook:1", By: "webhook"}}}
	if back {
		d.State, d.Returned = disbursement.Returned, 1000
		d.History = append(d.History, disbursement.Step{At: at, From: disbursement.Paid, To: disbursement.Returned, Evidence: "file#2"})
	}
	r, err := receipt.Of(d, merchant.Merchant{Name: "Tienda Ñ"}, false, lang)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// said are the texts that must be readable on a receipt; the emoji as its code point.
func said(r receipt.Receipt) []string {
	all := append([]string{r.Title, r.Statement, r.Undrawn}, r.Notes...)
	for _, l := range r.Lines {
		all = append(all, l.Label, strings.ReplaceAll(l.Value, "😀", "[U+1F600]"))
	}
	return all
}

// template is a form of the same refund.
func template(t *testing.T, name, lang string) receipt.Form {
	t.Helper()
	d := disbursement.Disbursement{Tenant: "demo", ID: "rf_1", Kind: disbursement.Refund, Store: "store_co", Network: "efecty", Provider: "efecty",
		MerchantRef: "R-1", Payment: "pay_1", Order: "订单-7", Amount: money.New(123456700, money.COP), Route: disbursement.CashWithdrawal, Reason: "customer_return",
		ReasonText: "退货", RequestedBy: "ana", ApprovedBy: "luz",
		Beneficiary: identity.Person{Name: "王小明 Ñandú 😀", DocumentType: "CE", DocumentNumber: "1032456789"}}
	f, err := receipt.FormOf(name, d, merchant.Merchant{Name: "Tienda Ñ"}, false, lang)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// filled are the texts that must be readable on a form.
func filled(f receipt.Form) []string {
	r := receipt.Receipt{Title: f.Title, Statement: strings.Join(f.Text, ""), Undrawn: f.Undrawn, Notes: append(f.Notes, f.Blanks...), Lines: f.Lines}
	return said(r)
}

// squeezed is a text without its spaces: lines are broken where they must.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

func look(t *testing.T, pages [][]byte) (seen []looked) {
	t.Helper()
	var list bytes.Buffer
	for i, page := range pages {
		path := filepath.Join(t.TempDir(), string(rune('a'+i))+".pdf")
		if err := os.WriteFile(path, page, 0o600); err != nil {
			t.Fatal(err)
		}
		list.WriteString(path + "\n")
	}
	var complaint bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, "python"), "raster.py")
	cmd.Stdin, cmd.Stderr = &list, &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v (has infra/e2e/setup.sh run?) %s", err, &complaint)
	}
	if err := json.Unmarshal(out, &seen); err != nil || len(seen) != len(pages) {
		t.Fatalf("%v: %d of %d pages", err, len(seen), len(pages))
	}
	return seen
}

// missing has the glyph of nothing in the place of the first character that is written.
func missing(page []byte) []byte {
	first := regexp.MustCompile(`Tf <[0-9A-F]{4}`).FindIndex(page)
	copied := bytes.Clone(page)
	copy(copied[first[1]-4:], "0000")
	return copied
}

// glyphs changes every outline of the bitmap face, the last font of a document, in its place.
func glyphs(t *testing.T, page []byte, change func(outline []byte)) []byte {
	t.Helper()
	copied := bytes.Clone(page)
	font := copied[bytes.LastIndex(copied, []byte("\x00\x01\x00\x00\x00\x06")):] // version, six tables
	table := func(name string) []byte {
		for i := 12; i < 12+6*16; i += 16 {
			if string(font[i:i+4]) == name {
				return font[binary.BigEndian.Uint32(font[i+8:]):][:binary.BigEndian.Uint32(font[i+12:])]
			}
		}
		t.Fatalf("no table %s", name)
		return nil
	}
	glyf, loca := table("glyf"), table("loca")
	for i := 0; i+8 <= len(loca); i += 4 {
		if outline := glyf[binary.BigEndian.Uint32(loca[i:]):binary.BigEndian.Uint32(loca[i+4:])]; len(outline) > 0 {
			change(outline)
		}
	}
	return copied
}

func blank(outline []byte) { clear(outline[:2]) } // of no contours

// framed is a frame of 1000 by 1000 units where there is room for one.
func framed(outline []byte) {
	frame := []int16{2, 0, 0, 1000, 1000, 3, 7, 0}
	points := [][2]int16{{0, 0}, {0, 1000}, {1000, 0}, {0, -1000}, {-900, 100}, {800, 0}, {0, 800}, {-800, 0}}
	var made []byte
	for _, v := range frame {
		made = binary.BigEndian.AppendUint16(made, uint16(v))
	}
	for range points {
		made = append(made, 1) // on the curve
	}
	for axis := range 2 {
		for _, p := range points {
			made = binary.BigEndian.AppendUint16(made, uint16(p[axis]))
		}
	}
	if len(made) <= len(outline) {
		copy(outline, made)
	}
}
