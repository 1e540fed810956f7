package csvsettlement_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
)

// workbook packs a sheet named Detalle behind another one. Style 1 shows dates.
func workbook(t testing.TB, rows string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook xmlns:r="rel"><sheets><sheet name="Resumen" r:id="a"/><sheet name="Detalle" r:id="b"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Target="worksheets/a.xml"/><Relationship Id="b" Target="worksheets/b.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`},
		{"xl/worksheets/a.xml", `<worksheet><sheetData/></worksheet>`},
		{"xl/worksheets/b.xml", `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`},
	} {
		f, err := w.Create(part[0])
		if err == nil {
			_, err = io.WriteString(f, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// row writes one row: texts, numbers behind =, dates behind @, nothing for nothing.
func row(number int, cells ...string) string {
	var out strings.Builder
	fmt.Fprintf(&out, `<row r="%d">`, number)
	for i, c := range cells {
		ref := fmt.Sprintf("%c%d", 'A'+i, number)
		switch {
		case c == "":
		case c[0] == '=':
			fmt.Fprintf(&out, `<c r="%s"><v>%s</v></c>`, ref, c[1:])
		case c[0] == '@':
			fmt.Fprintf(&out, `<c r="%s" s="1"><v>%s</v></c>`, ref, c[1:])
		default:
			fmt.Fprintf(&out, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, c)
		}
	}
	out.WriteString("</row>")
	return out.String()
}

func spanishSheet() string {
	return row(1, "Informe de liquidación") +
		row(2, "Fecha", "Operación", "Código", "Movimiento", "Valor", "Comisión", "GMF", "IVA", "Neto", "Moneda") +
		row(3, "@46346.420138889", "T1", "R1", "Venta", "=50000", "=-1450", "=-200", "=-275.5", "=48074.5", "COP") +
		row(4, "@46346.999305556", "T2", "R1", "Devolución", "=12345.5", "", "", "", "=12345.5", "COP") +
		row(5, "21/11/2026 00:10", "T2", "R1", "Reverso", "12.345,50", "", "", "", "=12345.499999999998", "COP") +
		row(6, "@46347.007638889", "T3", "R3", "Regalo", "=1", "", "", "", "=1", "COP") +
		row(7, "@46347.008333333", "T4", "R4", "Venta", "12.34", "", "", "", "=12.34", "COP")
}

// TestAWorkbookMeansWhatItsTextMeans: the same report exported as text and as a workbook gives the same rows.
func TestAWorkbookMeansWhatItsTextMeans(t *testing.T) {
	settings := described()
	settings["settlement_sheet"] = "Detalle"
	rows, err := read(workbook(t, spanishSheet()), configured(t, settings))
	if diff := cmp.Diff(wanted(), trusted(rows)); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	rows, err = read(workbook(t, spanishSheet()+row(9, "@46347", "=1234567890123456789", "R9", "Venta", "=1", "", "", "", "=1", "COP")+
		row(12, "@1", "T9", "R9", "Venta", "=1", "", "", "", "=1", "COP")), configured(t, settings))
	if err != nil || len(rows) != 7 || rows[5].Line != 9 || rows[6].Line != 12 || rows[6].Unreadable != "Date is not a date" {
		t.Errorf("%+v, %v", rows, err)
	}
	if lost := rows[5].TransactionID; lost != "#1234567890123456789" {
		t.Errorf("a number of which digits are lost passes for an id: %q", lost)
	}
}

func TestWorkbooksThatAreNoReport(t *testing.T) {
	settings := described()
	for name, c := range map[string]struct {
		sheet, rows string
		want        error
	}{
		"no such sheet":          {"Otra", spanishSheet(), csvsettlement.ErrPacked},
		"an empty one":           {"Resumen", spanishSheet(), csvsettlement.ErrHeader},
		"broken":                 {"Detalle", "<row>", csvsettlement.ErrHeader},
		"a document type inside": {"Detalle", "<!DOCTYPE x>", csvsettlement.ErrHeader},
	} {
		settings["settlement_sheet"] = c.sheet
		if rows, err := read(workbook(t, c.rows), configured(t, settings)); !errors.Is(err, c.want) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}
