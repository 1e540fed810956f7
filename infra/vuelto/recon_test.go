package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vuelto/vuelto/pkg/recon"
)

const (
	booksText = "id,kind,reference,transaction_id,amount,fee,tax,currency,status,occurred_at\n" +
		"pay_1,payment,R1,T1,12000.00,250.00,40.00,COP,paid,2026-11-19T10:00:00-05:00\n"
	rowsText = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n" +
		"T1,R1,PAYMENT,12000.00,250.00,40.00,11710.00,COP,2026-11-19 10:00:00,SETTLED\n"
)

// vuelto runs the built program and says how it ended.
func vuelto(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(filepath.Join(programs, "vuelto"), args...)
	cmd.Dir = dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return out.String(), problems.String(), cmd.ProcessState.ExitCode()
}

var programs string

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "vuelto-test-*"); err != nil {
		panic(err)
	}
	if out, err := exec.Command("go", "build", "-o", programs, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	_ = os.RemoveAll(programs)
	os.Exit(code)
}

func files(t *testing.T, books, rows string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"books.csv": books, "rows.csv": rows} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestExitStatus(t *testing.T) {
	args := []string{"recon", "--network", "efecty", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out"}
	feeless := strings.Replace(rowsText, "250.00,40.00,11710.00", "210.00,40.00,11750.00", 1)
	for name, c := range map[string]struct {
		rows   string
		more   []string
		code   int
		says   string
		writes string
	}{
		"balanced":        {rowsText, nil, 0, "", "breaks.csv summary.json"},
		"a break":         {feeless, nil, 1, "", "breaks.csv summary.json"},
		"everything":      {feeless, []string{"--matches", "--xlsx"}, 1, "", "breaks.csv matches.csv report.xlsx summary.json"},
		"no such network": {rowsText, []string{"--network", "oxxo"}, 2, `no network "oxxo"`, ""},
		"no such day":     {rowsText, []string{"--date", "2026-13-01"}, 2, "--date", ""},
		"no such file":    {rowsText, []string{"--settlement", "none.csv"}, 2, "none.csv", ""},
		"no such profile": {rowsText, []string{"--provider", "nobody"}, 2, "nobody", ""},
		"not a size":      {rowsText, []string{"--memory", "lots"}, 2, "--memory", ""},
		"too little":      {rowsText, []string{"--memory", "1MiB"}, 2, "--memory", ""},
		"not T+n":         {rowsText, []string{"--settles", "1"}, 2, "--settles", ""},
		"no language":     {rowsText, []string{"--lang", "pt"}, 2, "pt", ""},
		"no output":       {rowsText, []string{"-o", "xml"}, 2, "xml", ""},
		"no CSV":          {"<html>", nil, 2, "rows.csv: missing column", ""},
		"no such flag":    {rowsText, []string{"--what"}, 2, "--what", ""},
	} {
		dir := files(t, booksText, c.rows)
		_, stderr, code := vuelto(t, dir, append(args, c.more...)...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit %d, want %d: %s", name, code, c.code, stderr)
		}
		var written []string
		entries, _ := os.ReadDir(filepath.Join(dir, "out"))
		for _, e := range entries {
			written = append(written, e.Name())
		}
		if got := strings.Join(written, " "); got != c.writes {
			t.Errorf("%s: wrote %q, want %q", name, got, c.writes)
		}
	}
}

// TestARunThatFailsKeepsTheLastResult: nothing in the directory is touched before everything is whole.
func TestARunThatFailsKeepsTheLastResult(t *testing.T) {
	dir := files(t, booksText, rowsText)
	args := []string{"recon", "--network", "efecty", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out"}
	vuelto(t, dir, args...)
	before, err := os.ReadFile(filepath.Join(dir, "out", "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "books.csv"), []byte(booksText+"pay_2,payment\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := vuelto(t, dir, args...); code != 2 || !strings.Contains(stderr, "books.csv line 3") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	after, err := os.ReadFile(filepath.Join(dir, "out", "summary.json"))
	entries, _ := os.ReadDir(filepath.Join(dir, "out"))
	if err != nil || !bytes.Equal(before, after) || len(entries) != 2 {
		t.Errorf("the directory has changed: %v, %v", entries, err)
	}
}

func TestSummaryOnStdout(t *testing.T) {
	dir := files(t, booksText, strings.Replace(rowsText, "250.00,40.00,11710.00", "210.00,40.00,11750.00", 1))
	args := []string{"recon", "--network", "efecty", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out"}
	stdout, _, _ := vuelto(t, dir, append(args, "-o", "json")...)
	var s recon.Summary
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err, stdout)
	}
	if s.Breaks["FEE_DIFFERENCE"] != 1 || s.Totals["COP"].Net != "11750.00" || s.Network != "efecty" || len(s.Digests["rows.csv"]) != 64 || s.PeakRSS == 0 {
		t.Errorf("%+v", s)
	}
	for lang, word := range map[string]string{"en": "entries matched", "es": "asientos conciliados", "zh": "已对平账目"} {
		stdout, _, _ := vuelto(t, dir, append(args, "--lang", lang)...)
		if !strings.Contains(stdout, word) || !strings.Contains(stdout, "FEE_DIFFERENCE") {
			t.Errorf("%s: %s", lang, stdout)
		}
	}
}

// TestExchange: what settles in another currency is held against the locked rate, or the official one of its day; the difference is
// a gain or a loss on a line of its own.
func TestExchange(t *testing.T) {
	books := "id,kind,reference,transaction_id,amount,currency,status,occurred_at,settles_currency,locked_rate,rate_source\n" +
		"pay_1,payment,R1,T1,120.00,USD,paid,2026-11-19T10:00:00-05:00,PEN,3.745,SBS 2026-11-18\n" +
		"pay_2,payment,R2,T2,100.00,USD,paid,2026-11-19T10:00:00-05:00,PEN,,\n" +
		"pay_3,payment,R3,T3,375.00,PEN,paid,2026-11-19T10:00:00-05:00,USD,,\n" +
		"pay_4,payment,R4,T4,5.00,PEN,paid,2026-11-19T10:00:00-05:00,,,\n"
	rows := "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n" +
		"T1,R1,PAYMENT,450.00,0,0,450.00,PEN,2026-11-19 10:00:00,SETTLED\n" +
		"T2,R2,PAYMENT,374.00,0,0,374.00,PEN,2026-11-19 10:00:00,SETTLED\n" +
		"T3,R3,PAYMENT,100.00,0,0,100.00,USD,2026-11-19 10:00:00,SETTLED\n" +
		"T4,R4,PAYMENT,5.00,0,0,5.00,PEN,2026-11-19 10:00:00,SETTLED\n"
	dir := files(t, books, rows)
	if err := os.WriteFile(filepath.Join(dir, "rates.csv"), []byte("date,source,pair,rate\n2026-11-17,SBS,USD/PEN,3.70\n2026-11-19,SBS,USD/PEN,3.75\n2026-11-20,SBS,USD/PEN,9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"recon", "--network", "pagoefectivo", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out", "-o", "json"}
	if _, stderr, code := vuelto(t, dir, args...); code != 2 || !strings.Contains(stderr, "no official rate") {
		t.Errorf("without rates: exit %d: %s", code, stderr)
	}
	stdout, stderr, code := vuelto(t, dir, append(args, "--rates", "rates.csv")...)
	var s recon.Summary
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatal(err, stderr)
	}
	if code != 1 || s.Breaks["FX_DIFFERENCE"] != 2 || len(s.Breaks) != 1 || s.Matched != 2 || s.FX["PEN"] != "-0.40" || s.Totals["USD"].Difference != "0.00" {
		t.Errorf("exit %d: %+v", code, s)
	}
	breaks, err := os.ReadFile(filepath.Join(dir, "out", "breaks.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"at the locked rate 3.745 (SBS 2026-11-18) 449.40 PEN were due: settled 450 = 449.40 + FX gain 0.60",
		"at the locked rate 3.75 (SBS 2026-11-19) 375 PEN were due: settled 374 = 375 − FX loss 1"} {
		if !strings.Contains(string(breaks), want) {
			t.Errorf("no %q in\n%s", want, breaks)
		}
	}
	if _, stderr, code := vuelto(t, dir, append(args, "--rates", "books.csv")...); code != 2 || !strings.Contains(stderr, "books.csv: line 1") {
		t.Errorf("rates that are none: exit %d: %s", code, stderr)
	}
}

// TestNetsInOtherCurrencies: pesos over dollars to yuan at the rates of a file, each with source and day; what has no rate says so. The workbook speaks the
// reader's language.
func TestNetsInOtherCurrencies(t *testing.T) {
	dir := files(t, booksText, rowsText)
	rates := "date,source,pair,rate\n2026-11-19,TRM,USD/COP,4000\n2026-11-20,CFETS,USD/CNY,7.1\n"
	args := []string{"recon", "--network", "efecty", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out", "--xlsx", "--lang", "zh", "--rates", "rates.csv"}
	for name, c := range map[string]struct{ rates, says, summary string }{
		"both":    {rates, "2.93 TRM USD/COP 4000 (2026-11-19)", `{"currency":"USD","net":"2.93","source":"TRM","pair":"USD/COP","rate":"4000","date":"2026-11-19"},{"currency":"CNY","net":"20.80"`},
		"no yuan": {strings.SplitAfter(rates, "4000\n")[0], "CNY", `"date":"2026-11-19"},{"currency":"CNY"}`},
		"too old": {strings.ReplaceAll(rates, "2026-11", "2026-10"), "无可用汇率", `[{"currency":"USD"},{"currency":"CNY"}]`},
	} {
		if err := os.WriteFile(filepath.Join(dir, "rates.csv"), []byte(c.rates), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := vuelto(t, dir, args...)
		summary, err := os.ReadFile(filepath.Join(dir, "out", "summary.json"))
		var flat bytes.Buffer
		if err == nil {
			err = json.Compact(&flat, summary)
		}
		if code != 0 || err != nil || !strings.Contains(stdout, c.says) || !strings.Contains(flat.String(), c.summary) {
			t.Errorf("%s: exit %d, %v %s\n%s\n%s", name, code, err, stderr, stdout, flat.String())
		}
		book, err := excelize.OpenFile(filepath.Join(dir, "out", "report.xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := book.GetRows("折合其他币种"); err != nil || len(rows) != 3 || rows[0][2] != "折合币种" || rows[1][2] != "USD" {
			t.Errorf("%s: %v %v", name, rows, err)
		}
		if rows, err := book.GetRows("差异"); err != nil || len(rows) != 1 || rows[0][0] != "类别" {
			t.Errorf("%s: %v %v", name, rows, err)
		}
	}
}

// TestADayThatCountsOtherwise: the summary says which due day was moved, from where, and by whom; a table that cannot be read ends the run.
func TestADayThatCountsOtherwise(t *testing.T) {
	dir := files(t, booksText, strings.SplitAfter(rowsText, "\n")[0])
	args := []string{"recon", "--network", "efecty", "--date", "2026-11-20", "--books", "books.csv", "--settlement", "rows.csv", "--out", "out", "--calendar", "days.csv"}
	for name, c := range map[string]struct {
		table string
		code  int
		says  string
	}{
		"a strike":         {"2026-11-20,no,decree 7\n", 0, `"moved":[{"business_day":"2026-11-19","due_day":"2026-11-23","built_in_due_day":"2026-11-20","by":["2026-11-20: decree 7"]}]`},
		"elsewhere":        {"2026-12-24,no,the bank\n", 1, `"overrides":[{"date":"2026-12-24","working":false,"source":"the bank"}],"moved":[]`},
		"a fault":          {"2026-11-20,maybe,decree 7\n", 2, "days.csv: calendar: line 2: working"},
		"twice":            {"2026-11-20,no,a\n2026-11-20,yes,b\n", 2, "line 3: 2026-11-20 stands twice"},
		"another calendar": {"2569-11-20,no,a\n", 2, "line 2: date \"2569-11-20\": a year"},
		"nobody says so":   {"2026-11-20,no,\n", 2, "line 2: the source is empty"},
	} {
		if err := os.WriteFile(filepath.Join(dir, "days.csv"), []byte("date,working,source\n"+c.table), 0o600); err != nil {
			t.Fatal(err)
		}
		stdout, stderr, code := vuelto(t, dir, append(args, "-o", "json")...)
		var flat bytes.Buffer
		if err := json.Compact(&flat, []byte(stdout)); err != nil && c.code != 2 {
			t.Errorf("%s: %v", name, err)
		}
		if code != c.code || !strings.Contains(flat.String()+stderr, c.says) {
			t.Errorf("%s: exit %d %s\n%s", name, code, stderr, flat.String())
		}
	}
}
