package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sheet"
)

// parts of a workbook as a spreadsheet writes them, shortened: two sheets, shared texts, a date style.
func parts() map[string]string {
	return map[string]string{
		"[Content_Types].xml": `<Types/>`,
		"xl/workbook.xml": `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="m" xmlns:r="rel"><workbookPr/><sheets>
			<sheet name="Resumen" sheetId="1" r:id="rId1"/><sheet name="Detalle" sheetId="2" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/>
			<Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>Operación</t></si><si><r><rPr><b/></rPr><t>dos </t></r><r><t>trozos</t></r><rPh sb="0"><t>kana</t></rPh></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\ hh:mm"/><numFmt numFmtId="165" formatCode="&quot;days&quot; 0.00"/></numFmts>
			<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><cols/><sheetData>
			<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>en línea</t></is></c></row>
			<row r="2"/>
			<row r="4"><c r="A4"><v>48074.5</v></c><c r="B4"><v>0.30000000000000004</v></c><c r="C4" s="1"><v>46346.425</v></c><c r="D4" s="3"><v>46346</v></c></row>
			<row><c t="str"><f>A1&amp;"x"</f><v>formula</v></c><c><v>2E+15</v></c><c s="2"><v>3</v></c><c t="e"><v>#N/A</v></c><c t="b"><v>1</v></c><c t="d"><v>2026-11-20T10:12:00</v></c></row>
			</sheetData></worksheet>`,
	}
}

func pack(t testing.TB, files map[string]string) *zip.Reader {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return unpack(t, out.Bytes())
}

func unpack(t testing.TB, raw []byte) *zip.Reader {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func rows(archive *zip.Reader, name string) (all []sheet.Row, err error) {
	r, err := sheet.Open(archive, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, row)
	}
}

func TestAWorkbookIsReadAsItWasStored(t *testing.T) {
	archive := pack(t, parts())
	if !sheet.Is(archive) || sheet.Is(pack(t, map[string]string{"report.csv": "a,b"})) {
		t.Error("a workbook is told by its workbook part")
	}
	got, err := rows(archive, "Detalle")
	if err != nil {
		t.Fatal(err)
	}
	at := func(h, m int) time.Time { return time.Date(2026, 11, 20, h, m, 0, 0, time.UTC) }
	want := []sheet.Row{
		{Number: 1, Cells: []sheet.Cell{{Text: "Operación"}, {Text: "dos trozos"}, {}, {Text: "en línea"}}},
		{Number: 4, Cells: []sheet.Cell{{Kind: sheet.Number, Text: "48074.5"}, {Kind: sheet.Number, Text: "0.3"},
			{Kind: sheet.Date, Text: "46346.425", At: at(10, 12)}, {Kind: sheet.Date, Text: "46346", At: at(0, 0)}}},
		{Number: 5, Cells: []sheet.Cell{{Text: "formula", Formula: true}, {Kind: sheet.Fault, Text: "2E+15"}, {Kind: sheet.Number, Text: "3"},
			{Kind: sheet.Fault, Text: "#N/A"}, {Text: "1"}, {Kind: sheet.Date, Text: "2026-11-20T10:12:00", At: at(10, 12)}}},
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if first, err := rows(archive, ""); err != nil || len(first) != 1 || first[0].Cells[0].Text != "Operación" {
		t.Errorf("the first sheet: %+v, %v", first, err)
	}
}

func TestTheOtherEpoch(t *testing.T) {
	files := parts()
	files["xl/workbook.xml"] = strings.Replace(files["xl/workbook.xml"], "<workbookPr/>", `<workbookPr date1904="1"/>`, 1)
	files["xl/worksheets/sheet1.xml"] = `<worksheet><sheetData><row r="1"><c s="3"><v>44884</v></c></row></sheetData></worksheet>`
	got, err := rows(pack(t, files), "Resumen")
	if err != nil || !got[0].Cells[0].At.Equal(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestWorkbooksThatAreRefused: each is an error that says what, and none is read on.
func TestWorkbooksThatAreRefused(t *testing.T) {
	const sheet2 = "xl/worksheets/sheet2.xml"
	wrap := func(rows string) string { return "<worksheet><sheetData>" + rows + "</sheetData></worksheet>" }
	for want, spoil := range map[string]func(map[string]string){
		"a document type":   func(f map[string]string) { f[sheet2] = `<!DOCTYPE x [<!ENTITY e "e">]>` + f[sheet2] },
		"no sheet":          func(f map[string]string) { f["xl/_rels/workbook.xml.rels"] = "<Relationships/>" },
		"no part":           func(f map[string]string) { delete(f, sheet2) },
		"no shared text":    func(f map[string]string) { f["xl/sharedStrings.xml"] = "<sst/>" },
		"swells":            func(f map[string]string) { f[sheet2] = strings.Repeat(" ", 5<<20) + f[sheet2] },
		"row 1 after row 2": func(f map[string]string) { f[sheet2] = wrap(`<row r="2"><c><v>1</v></c></row><row r="1"/>`) },
		`cell "A1" in row 1`: func(f map[string]string) {
			f[sheet2] = wrap(`<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`)
		},
		`cell "XFE1" in row 1`: func(f map[string]string) { f[sheet2] = wrap(`<row r="1"><c r="XFE1"><v>1</v></c></row>`) },
		"more than 32767 charact": func(f map[string]string) {
			f[sheet2] = wrap(`<row r="1"><c t="str"><v>` + noise(200_000) + `</v></c></row>`)
		},
		"unexpected EOF": func(f map[string]string) { f[sheet2] = `<worksheet><sheetData><row r="1"><c>` },
		"row 1048577":    func(f map[string]string) { f[sheet2] = wrap(`<row r="1048577"/>`) },
	} {
		files := parts()
		spoil(files)
		if got, err := rows(pack(t, files), "Detalle"); !errors.Is(err, sheet.ErrWorkbook) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %d rows, %v", want, len(got), err)
		}
	}
	if _, err := rows(pack(t, parts()), "Nada"); !errors.Is(err, sheet.ErrWorkbook) || !strings.Contains(err.Error(), "Resumen, Detalle") {
		t.Errorf("a sheet that is not there: %v", err)
	}
}

// noise packs badly, so that the ratio says nothing.
func noise(n int) string {
	var out strings.Builder
	for x := uint32(7); out.Len() < n; x = x*1664525 + 1013904223 {
		fmt.Fprintf(&out, "%08x", x)
	}
	return out.String()
}

// FuzzRows: whatever stands in the sheet, its styles and its texts, rows only grow and nothing panics.
func FuzzRows(f *testing.F) {
	p := parts()
	f.Add(p["xl/worksheets/sheet2.xml"], p["xl/styles.xml"], p["xl/sharedStrings.xml"])
	f.Add(`<row r="1"><c r="A1" s="1"><v>1e400</v></c></row>`, `<numFmt numFmtId="1" formatCode="[`, `<si>`)
	f.Fuzz(func(t *testing.T, data, styles, texts string) {
		files := parts()
		files["xl/worksheets/sheet2.xml"], files["xl/styles.xml"], files["xl/sharedStrings.xml"] = data, styles, texts
		got, err := rows(pack(t, files), "Detalle")
		if err != nil && !errors.Is(err, sheet.ErrWorkbook) {
			t.Fatalf("an error of another kind: %v", err)
		}
		last := 0
		for _, row := range got {
			if row.Number <= last || len(row.Cells) == 0 {
				t.Fatalf("row %d after %d with %d cells", row.Number, last, len(row.Cells))
			}
			last = row.Number
		}
	})
}

// FuzzArchive: an archive that is broken is an error.
func FuzzArchive(f *testing.F) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range parts() {
		part, _ := w.Create(name)
		_, _ = io.WriteString(part, text)
	}
	_ = w.Close()
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, raw []byte) {
		archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil || !sheet.Is(archive) {
			return
		}
		if _, err := rows(archive, ""); err != nil && !errors.Is(err, sheet.ErrWorkbook) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
