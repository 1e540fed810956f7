package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPreviewShowsAReportAsItWouldBeUnderstood(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("mapping.json", `{"settlement_columns":"Transaction ID=Operación; Reference Code=Código; Type=Movimiento; Amount=Valor; Date=Fecha; Currency=Moneda",
		"settlement_types":"PAYMENT=Venta; REFUND=Devolución","settlement_comma":"semicolon","settlement_decimal":"comma",
		"settlement_thousands":"dot","settlement_dates":"DD/MM/YYYY","settlement_sign":"by_type"}`)
	const head = "Fecha;Operación;Código;Movimiento;Valor;Moneda\n20/11/2026;T1;R1;Venta;50.000,00;COP\n"
	write("good.csv", head)
	write("bad.csv", head+"20/11/2026;T2;R1;Regalo;1,00;COP\n")
	write("typo.json", `{"settlement_kolumns":"x"}`)
	out, problems, code := vuelto(t, dir, "settlement", "preview", "--mapping", "mapping.json", "good.csv")
	if code != 0 || !strings.Contains(out, "from Valor") || !strings.Contains(out, "50000.00") || !strings.Contains(out, "2026-11-20T05:00:00Z") {
		t.Errorf("%d\n%s%s", code, out, problems)
	}
	out, problems, code = vuelto(t, dir, "settlement", "preview", "-o", "json", "--mapping", "mapping.json", "bad.csv")
	var shown struct {
		Columns map[string]string
		Rows    []previewRow
	}
	if err := json.Unmarshal([]byte(out), &shown); err != nil || code != 1 || len(shown.Rows) != 2 || shown.Columns["Amount"] != "Valor" ||
		shown.Rows[0].Amount != "50000.00" || !strings.HasPrefix(shown.Rows[1].Unreadable, "Type is none of") {
		t.Errorf("%v, %d\n%s%s", err, code, out, problems)
	}
	for _, args := range [][]string{{"good.csv"}, {"--mapping", "typo.json", "good.csv"}, {"--mapping", "good.csv", "good.csv"}, {"-o", "xml", "good.csv"},
		{"--network", "western", "good.csv"}, {"nothing.csv"}, {}} {
		if _, problems, code := vuelto(t, dir, append([]string{"settlement", "preview"}, args...)...); code != 2 || problems == "" {
			t.Errorf("%v ends with %d and says %q", args, code, problems)
		}
	}
}
