package csvsettlement_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

// described is a report as a Colombian gateway might print it: semicolons, decimal commas, costs below zero and split,
// amounts without sign, no status.
func described() map[string]string {
	return map[string]string{
		"settlement_columns": "Transaction ID=Operación; Reference Code=Código; Type=Movimiento; Amount=Valor; Fee=Comisión + GMF; " +
			"Tax=IVA; Currency=Moneda; Date=Fecha; Net Amount=Neto",
		"settlement_types":     "PAYMENT=Venta; REFUND=Devolución, Reembolso; REVERSAL=Reverso",
		"settlement_comma":     "semicolon",
		"settlement_decimal":   "comma",
		"settlement_thousands": "dot",
		"settlement_dates":     "DD/MM/YYYY HH:mm",
		"settlement_zone":      "-05:00",
		"settlement_sign":      "by_type",
		"settlement_costs":     "negative",
		"settlement_skip":      "1",
	}
}

const spanish = "Informe de liquidación\r\n" +
	"Fecha;Operación;Código;Movimiento;Valor;Comisión;GMF;IVA;Neto;Moneda\r\n" +
	"20/11/2026 10:05;T1;R1;Venta;50.000,00;-1.450,00;-200,00;-275,50;48.074,50;COP\r\n" +
	"20/11/2026 23:59;T2;R1;Devolución;12.345,5;;;;12.345,5;COP\r\n" +
	"21/11/2026 00:10;T2;R1;Reverso;12.345,50;;;;12.345,50;COP\r\n" +
	"21/11/2026 00:11;T3;R3;Regalo;1,00;;;;1,00;COP\r\n" +
	"21/11/2026 00:12;T4;R4;Venta;12.34;;;;12,34;COP\r\n"

func configured(t *testing.T, settings map[string]string) csvsettlement.Layout {
	t.Helper()
	l, err := csvsettlement.Configure(settings, csvsettlement.Layout{Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func wanted() []settlement.Row {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour+5, minute, 0, 0, time.UTC) }
	return []settlement.Row{
		{Line: 3, TransactionID: "T1", Reference: "R1", Type: settlement.Payment, Currency: "COP", Amount: 5_000_000, Fee: 165_000, Tax: 27_550,
			Net: 4_807_450, At: at(20, 10, 5), Status: "SETTLED"},
		{Line: 4, TransactionID: "T2", Reference: "R1", Type: settlement.Refund, Currency: "COP", Amount: -1_234_550, Net: -1_234_550, At: at(20, 23, 59), Status: "SETTLED"},
		{Line: 5, TransactionID: "T2", Reference: "R1", Type: settlement.Reversal, Currency: "COP", Amount: 1_234_550, Net: 1_234_550, At: at(21, 0, 10), Status: "SETTLED"},
		{Line: 6, Unreadable: "Type is none of Devolución, Reembolso, Reverso, Venta"},
		{Line: 7, Unreadable: "Amount is not a decimal"},
	}
}

// trusted is what a row of either kind may be compared by.
func trusted(rows []settlement.Row) []settlement.Row {
	for i := range rows {
		if rows[i].Unreadable != "" {
			rows[i] = settlement.Row{Line: rows[i].Line, Unreadable: rows[i].Unreadable}
		}
		rows[i].Raw = ""
	}
	return rows
}

func zipped(t *testing.T, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, text := range files {
		f, err := w.Create(string(rune('a'+i)) + ".csv")
		if err == nil {
			_, err = io.WriteString(f, text)
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

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// single turns a text into one byte per character.
func single(text string) string {
	var out []byte
	for _, r := range text {
		if r == '€' {
			r = 0x80
		}
		out = append(out, byte(r))
	}
	return string(out)
}

func TestDescribedReport(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		extra map[string]string
	}{
		"as it is":     {spanish, nil},
		"gzip":         {gzipped(t, spanish), nil},
		"zip":          {zipped(t, spanish), nil},
		"latin-1":      {single(spanish), map[string]string{"settlement_encoding": "latin-1"}},
		"windows-1252": {single(spanish), map[string]string{"settlement_encoding": "windows-1252"}},
		"tabs":         {strings.ReplaceAll(spanish, ";", "\t"), map[string]string{"settlement_comma": "tab"}},
		"zip, latin-1": {zipped(t, single(spanish)), map[string]string{"settlement_encoding": "latin-1"}},
	} {
		settings := described()
		for k, v := range c.extra {
			settings[k] = v
		}
		got, err := read(c.file, configured(t, settings))
		if diff := cmp.Diff(wanted(), trusted(got)); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestWindows1252HasItsOwnSigns(t *testing.T) {
	settings := described()
	settings["settlement_encoding"] = "windows-1252"
	rows, err := read(single(strings.ReplaceAll(spanish, ";R1;", ";R€1;")), configured(t, settings))
	if err != nil || rows[0].Reference != "R€1" {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestTheWrongEncodingIsSeen(t *testing.T) {
	rows, err := read(single("Transaction ID,Reference Code,Type,Amount,Fee,Net Amount,Currency,Date,Status\n"+
		"T1,Peñ,PAYMENT,10.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED\n"), layout())
	if err != nil || !strings.Contains(rows[0].Unreadable, "encoding") {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestNumbersOfDescribedReports(t *testing.T) {
	for text, want := range map[string]int64{"1.234,56": 123456, "1234,56": 123456, "(1.234,56)": 123456, "-1.234,56": 123456, "+1,00": 100,
		"0": 0, "1.234.567": 123456700, "12.34": -1, "1.2345,00": -1, "1,234": -1, "1,": -1, "(1,00": -1, "--1": -1, "1.234.56": -1,
		"": -1, ".": -1, "1..234": -1} {
		file := strings.Replace(spanish, "50.000,00", text, 1)
		rows, err := read(file, configured(t, described()))
		if err != nil || (rows[0].Unreadable == "") != (want >= 0) || (want >= 0 && rows[0].Amount != want) {
			t.Errorf("%q: %+v, %v", text, rows[0], err)
		}
	}
}

func TestPackedFilesThatAreNone(t *testing.T) {
	bomb := strings.Repeat("\x00", 64<<20)
	for name, file := range map[string]string{
		"two files":       zipped(t, spanish, spanish),
		"no file":         zipped(t),
		"gzip in zip":     zipped(t, gzipped(t, spanish)),
		"zip in gzip":     gzipped(t, zipped(t, spanish)),
		"cut off zip":     zipped(t, spanish)[:100],
		"cut off gzip":    gzipped(t, spanish)[:40],
		"64 MiB of zeros": gzipped(t, bomb),
		"zipped zeros":    zipped(t, bomb),
	} {
		if _, err := read(file, configured(t, described())); !errors.Is(err, csvsettlement.ErrPacked) && !errors.Is(err, csvsettlement.ErrHeader) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(gzipped(t, spanish+strings.Repeat("20/11/2026 10:05;T1;R1;Venta;1,00;;;;1,00;COP\r\n", 400_000)), configured(t, described())); !errors.Is(err, csvsettlement.ErrPacked) {
		t.Errorf("a file that swells behind its header: %v", err)
	}
}

func TestSettingsThatCannotBeUnderstoodAreNamed(t *testing.T) {
	for name, value := range map[string]string{"columns": "Betrag=Valor", "types": "GIFT=Regalo", "statuses": "OK=Bien", "comma": ",",
		"decimal": ";", "thousands": "comma", "dates": "MM/YYYY", "zone": "Bogota", "sign": "plus", "costs": "none", "currency": "XXX",
		"encoding": "utf-16", "skip": "many"} {
		settings := described()
		settings["settlement_"+name] = value
		if _, err := csvsettlement.Configure(settings, csvsettlement.Layout{}); err == nil || !strings.Contains(err.Error(), "settlement_"+name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	for _, broken := range []string{"Amount", "=x", "Amount="} {
		if _, err := csvsettlement.Configure(map[string]string{"settlement_columns": broken}, csvsettlement.Layout{}); err == nil {
			t.Errorf("%q is taken", broken)
		}
	}
	own := layout()
	if got, err := csvsettlement.Configure(nil, own); err != nil || cmp.Diff(own.Names, got.Names) != "" || got.Zone != own.Zone {
		t.Errorf("without settings the provider's own layout stays: %+v, %v", got, err)
	}
}

func TestDryRunShowsTheFirstRowsAsUnderstood(t *testing.T) {
	p, err := csvsettlement.DryRun(strings.NewReader(spanish), configured(t, described()), 4)
	if err != nil || len(p.Rows) != 4 || p.Readable != 3 || len(p.Header) != 10 {
		t.Fatalf("%+v, %v", p, err)
	}
	want := [][2]string{{"Transaction ID", "Operación"}, {"Reference Code", "Código"}, {"Type", "Movimiento"}, {"Amount", "Valor"},
		{"Fee", "Comisión + GMF"}, {"Tax", "IVA"}, {"Net Amount", "Neto"}, {"Currency", "Moneda"}, {"Date", "Fecha"}}
	if diff := cmp.Diff(want, p.Columns); diff != "" {
		t.Error(diff)
	}
	settings := described()
	settings["settlement_columns"] = strings.Replace(settings["settlement_columns"], "Valor", "Importe", 1)
	if _, err := csvsettlement.DryRun(strings.NewReader(spanish), configured(t, settings), 4); !errors.Is(err, csvsettlement.ErrHeader) || !strings.Contains(err.Error(), "Importe") {
		t.Errorf("a column that is not there: %v", err)
	}
}

// FuzzDescribed: whatever comes, packed or not, every row is readable or says why.
func FuzzDescribed(f *testing.F) {
	f.Add([]byte(spanish))
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte(workbook(f, spanishSheet())))
	layout, err := csvsettlement.Configure(described(), csvsettlement.Layout{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for row, err := range csvsettlement.Read(bytes.NewReader(file), layout) {
			if err == nil && row.Unreadable == "" && (row.At.IsZero() || row.Type == "" || row.Status == "" || len(row.Currency) != 3) {
				t.Fatalf("a readable row with holes: %+v", row)
			}
		}
	})
}
