package sheet

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxRows is how many rows a sheet may have, the header among them.
const MaxRows = 1_048_576

// maxText is how many characters a cell may have.
const maxText = 32_767

// ErrTooLong says that a sheet has more rows than the format allows.
var ErrTooLong = errors.New("sheet: more rows than a sheet holds")

// Label is a cell that is shown as it is, whatever it begins with.
func Label(s string) Cell { return Cell{Text: s} }

// Decimal is a number cell of plain decimal digits such as "-1234.50", as money.FormatMinor prints them.
func Decimal(digits string) Cell { return Cell{Kind: Number, Text: digits} }

// Int is a number cell.
func Int(n int) Cell { return Cell{Kind: Number, Text: strconv.Itoa(n)} }

// Book writes a workbook: one table after the other, typed cells, the same bytes for the same content. It writes the few
// parts that a reader needs, and nothing that could be run: no cell ever holds a formula.
type Book struct {
	zip    *zip.Writer
	sheets []string
	open   *bufio.Writer // nil between parts
	buffer *bufio.Writer // of every part, one after the other
	rows   int
	err    error
}

// New starts a workbook.
func New(w io.Writer) *Book { return &Book{zip: zip.NewWriter(w)} }

// Sheet starts a table with a header; a row of the header stays in sight.
func (b *Book) Sheet(name string, header ...string) {
	b.end()
	b.sheets = append(b.sheets, name)
	b.part(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(b.sheets)))
	b.print(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">` +
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` + widths(header) + `<sheetData>`)
	b.rows = 0
	cells := make([]Cell, len(header))
	for i, h := range header {
		cells[i] = Label(h)
	}
	b.row(1, cells)
}

// narrowest is how wide a column is at least, in digits: a sum of millions with its separators fits.
const narrowest = 14

// widths makes columns wide enough for their titles: a sign of Chinese takes the room of two.
func widths(header []string) string {
	if len(header) == 0 {
		return ""
	}
	var out strings.Builder
	for i, h := range header {
		wide := 2
		for _, r := range h {
			if wide++; r > 0x2e80 {
				wide++
			}
		}
		n := strconv.Itoa(i + 1)
		out.WriteString(`<col min="` + n + `" max="` + n + `" width="` + strconv.Itoa(max(wide, narrowest)) + `" customWidth="1"/>`)
	}
	return "<cols>" + out.String() + "</cols>"
}

// Row adds a row to the sheet that was started last.
func (b *Book) Row(cells ...Cell) { b.row(0, cells) }

func (b *Book) row(style int, cells []Cell) {
	b.rows++
	if b.rows > MaxRows && b.err == nil {
		b.err = ErrTooLong
	}
	if b.err != nil {
		return
	}
	b.print(`<row r="` + strconv.Itoa(b.rows) + `">`)
	for i, c := range cells {
		at := column(i) + strconv.Itoa(b.rows)
		switch {
		case c.Kind == Number:
			b.print(`<c r="` + at + `" s="` + strconv.Itoa(c.style()) + `"><v>` + clean(c.Text) + `</v></c>`)
		case c.Text != "":
			b.print(`<c r="` + at + `" s="` + strconv.Itoa(style) + `" t="inlineStr"><is><t xml:space="preserve">` + clean(c.Text) + `</t></is></c>`)
		}
	}
	b.print(`</row>`)
}

// style shows a number with decimals as money.
func (c Cell) style() int {
	if strings.Contains(c.Text, ".") {
		return 2
	}
	return 0
}

// column is the name of a column: A, B, … Z, AA.
func column(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// clean makes XML of a text. What XML cannot hold becomes U+FFFD, and an underscore that a reader would take for an escape
// (_x000D_) is escaped itself.
func clean(s string) string {
	if utf8.RuneCountInString(s) > maxText {
		s = string([]rune(s)[:maxText])
	}
	for i := strings.Index(s, "_x"); i >= 0; {
		if i+7 <= len(s) && s[i+6] == '_' && hex(s[i+2:i+6]) {
			s = s[:i] + "_x005F" + s[i:]
			i += 6
		}
		next := strings.Index(s[i+2:], "_x")
		if next < 0 {
			break
		}
		i += 2 + next
	}
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(s)) // a strings.Builder takes everything
	return out.String()
}

func hex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// end ends the sheet that is open.
func (b *Book) end() {
	if b.open != nil {
		b.print(`</sheetData><pageSetup orientation="landscape" fitToHeight="0"/></worksheet>`) // printed, all columns are on a page
		b.flush()
	}
}

func (b *Book) flush() {
	if err := b.open.Flush(); err != nil && b.err == nil {
		b.err = err
	}
	b.open = nil
}

// part starts a file of the container. It has no date: the same content is the same bytes.
func (b *Book) part(name string) {
	w, err := b.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil && b.err == nil {
		b.err = err
	}
	if w == nil {
		w = io.Discard
	}
	if b.buffer == nil {
		b.buffer = bufio.NewWriter(w)
	}
	b.buffer.Reset(w)
	b.open = b.buffer
	b.print(xml.Header)
}

// piece writes a short part as it is: to compress one costs more than a hundred times what it is.
func (b *Book) piece(name, text string) {
	n := uint64(len(text))
	w, err := b.zip.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CreatorVersion: 20, ReaderVersion: 20,
		CRC32: crc32.ChecksumIEEE([]byte(text)), CompressedSize64: n, UncompressedSize64: n})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err != nil && b.err == nil {
		b.err = err
	}
}

func (b *Book) print(s string) {
	if _, err := b.open.WriteString(s); err != nil && b.err == nil {
		b.err = err
	}
}

// Close writes what holds the sheets together. Errors: ErrTooLong, and those of the writer.
func (b *Book) Close() error {
	b.end()
	for _, p := range b.frame() {
		b.piece(p.name, xml.Header+p.text)
	}
	if err := b.zip.Close(); b.err == nil {
		b.err = err
	}
	return b.err
}
