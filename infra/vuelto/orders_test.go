package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/order"
	"github.com/vuelto/vuelto/pkg/recon"
)

const (
	exportText = "order_reference,date,status,currency,total,refunded,method\nA-1,2026-11-19,paid,COP,12000.00,,Efecty\n"
	ledgerText = "id,kind,reference,order_reference,amount,currency,status,occurred_at\n" +
		"pay_1,payment,R1,A-1,12000.00,COP,paid,2026-11-19T10:00:00-05:00\npay_9,payment,R9,Z-9,5.00,COP,paid,2026-10-01T10:00:00-05:00\n"
	cardText = "date,channel,amount,currency,order_reference,id\n2026-11-19,card,40.00,COP,A-3,c1\n"
)

// ordersDir has the three files of a comparison.
func ordersDir(t *testing.T, export, books, receipts string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"orders.csv": export, "books.csv": books, "receipts.csv": receipts} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestOrdersOnTheCommandLine: the same rules as in the service; 0 where nothing needs a person, 1 where something does.
func TestOrdersOnTheCommandLine(t *testing.T) {
	for name, c := range map[string]struct {
		export, books string
		code          int
		class         string
		row           string
	}{
		"all is well":              {"", "", 0, "", ""},
		"paid, and nothing came":   {"A-2,2026-11-19,paid,COP,9.00,,Efecty\n", "", 1, "MISSING_IN_BOOKS", "MISSING_IN_BOOKS,break,2026-11-19,A-2,,0,COP,9.00,0.00,"},
		"of a card, with receipts": {"A-3,2026-11-19,paid,COP,40.00,,Card\n", "", 0, "", ""},
		"no such order":            {"", "pay_2,payment,R2,A-7,7.00,COP,paid,2026-11-19T23:00:00-05:00\n", 1, "MISSING_AT_SHOP", "MISSING_AT_SHOP,break,2026-11-19,A-7,pay_2,"},
		"on a day without orders":  {"", "pay_2,payment,R2,A-7,7.00,COP,paid,2026-11-20T01:00:00-05:00\n", 0, "", ""},
		"given back unbeknown":     {"", "rf_1,refund,R1,A-1,1.00,COP,paid,2026-11-25T10:00:00-05:00\n", 1, "REFUND_MISSING_AT_SHOP", ",0.00,1.00,0.00,"},
		"on its way":               {"A-4,2026-11-19,partly_refunded,COP,50.00,10.00,Efecty\n", "pay_4,payment,R4,#A-4,50.00,COP,paid,2026-11-19T10:00:00Z\nrf_4,refund,R4,A-4,10.00,COP,pending,2026-11-19T11:00:00Z\n", 0, "", ""},
		"expired":                  {"A-5,2026-11-19,paid,COP,5.00,,Efecty\n", "pay_5,payment,R5,A-5,5.00,COP,expired,2026-11-19T10:00:00Z\n", 1, "STATUS_MISMATCH", "STATUS_MISMATCH,break,"},
		"another currency":         {"A-6,2026-11-19,paid,COP,5.00,,Efecty\n", "pay_6,payment,R6,A-6,5.00,PEN,paid,2026-11-19T10:00:00Z\n", 1, "CURRENCY_MISMATCH", "CURRENCY_MISMATCH,break,"},
		"a formula for a name":     {"=1+1,2026-11-19,paid,COP,5.00,,Efecty\n", "", 1, "MISSING_IN_BOOKS", ",'=1+1,"},
	} {
		dir := ordersDir(t, exportText+c.export, ledgerText+c.books, cardText)
		args := []string{"orders", "--orders", "orders.csv", "--books", "books.csv", "--receipts", "receipts.csv", "--out", "out", "--matches"}
		if name != "of a card, with receipts" {
			args = append(args[:5:5], args[7:]...)
		}
		stdout, stderr, code := vuelto(t, dir, append(args, "-o", "json")...)
		var s recon.OrdersSummary
		breaks, err := os.ReadFile(filepath.Join(dir, "out", "breaks.csv"))
		if err == nil {
			err = json.Unmarshal([]byte(stdout), &s)
		}
		if err != nil || code != c.code || len(s.Breaks) != min(len(c.class), 1) || c.class != "" && s.Breaks[order.Class(c.class)] != 1 || !strings.Contains(string(breaks), c.row) {
			t.Errorf("%s: exit %d, %v %s\n%s\n%s", name, code, err, stderr, stdout, breaks)
		}
		if kept, err := os.ReadFile(filepath.Join(dir, "out", "summary.json")); err != nil || string(kept) != stdout {
			t.Errorf("%s: %v, %s", name, err, kept)
		}
	}
	dir := ordersDir(t, exportText, ledgerText+"pay_2,payment,R2,A-7,7.00,COP,paid,2026-11-19T23:00:00-05:00\n", cardText)
	if stdout, stderr, code := vuelto(t, dir, "orders", "--orders", "orders.csv", "--books", "books.csv", "--out", "out", "--lang", "zh"); code != 1 || !strings.Contains(stdout, "MISSING_AT_SHOP") || !strings.Contains(stderr, "needs a person") {
		t.Errorf("%d %s %s", code, stdout, stderr)
	} else if breaks, _ := os.ReadFile(filepath.Join(dir, "out", "breaks.csv")); !strings.Contains(string(breaks), "店铺无此订单") {
		t.Errorf("%s", breaks)
	}
}

// TestOrdersThatCannotBeCompared end with the reason, its line, status 2, and nothing in the directory.
func TestOrdersThatCannotBeCompared(t *testing.T) {
	bomb := &bytes.Buffer{}
	w := gzip.NewWriter(bomb)
	_, _ = w.Write(make([]byte, 8<<20))
	_ = w.Close()
	ledger := func(old, now string) string {
		return ledgerText + strings.Replace("pay_2,payment,R2,A-1,1.00,COP,paid,2026-11-19T10:00:00Z\n", old, now, 1)
	}
	for name, c := range map[string]struct {
		export, books, receipts string
		more                    []string
		says                    string
	}{
		"no orders":                      {"", ledgerText, cardText, nil, "orders.csv: order: not readable: line 1: no header"},
		"a column is missing":            {"order_reference,date\n", ledgerText, cardText, nil, "missing column"},
		"an amount with letters":         {exportText + "A-2,2026-11-19,paid,COP,x,,\n", ledgerText, cardText, nil, "line 3: total"},
		"an order twice":                 {exportText + "A-1,2026-11-19,paid,COP,1.00,,\n", ledgerText, cardText, nil, "line 3: order \"A-1\" stands in line 2 too"},
		"another calendar":               {exportText + "A-2,2569-11-19,paid,COP,1.00,,\n", ledgerText, cardText, nil, "another calendar"},
		"another encoding":               {exportText + "A-\xe9,2026-11-19,paid,COP,1.00,,\n", ledgerText, cardText, nil, "not UTF-8"},
		"a bomb":                         {bomb.String(), ledgerText, cardText, nil, "expands to more than a hundred times"},
		"empty books":                    {exportText, "", cardText, nil, "books.csv: the header cannot be read"},
		"books without a column":         {exportText, strings.Replace(ledgerText, "kind", "sort", 1), cardText, nil, `books.csv: missing column ["kind"]`},
		"letters in books":               {exportText, ledger("1.00", "1.O0"), cardText, nil, "books.csv line 4: amount is not"},
		"an id twice":                    {exportText, ledger("pay_2", "pay_1"), cardText, nil, `books.csv line 4: id "pay_1" stands on line 2 already`},
		"books of another calendar":      {exportText, ledger("2026-11-19T", "2569-11-19T"), cardText, nil, "books.csv line 4: occurred_at"},
		"books in another encoding":      {exportText, ledger("A-1", "A-\xe9"), cardText, nil, "books.csv line 4: id is empty, or it or the order is not UTF-8"},
		"an unknown status":              {exportText, ledger("paid", "done"), cardText, nil, "books.csv line 4: status is none of"},
		"an unknown kind":                {exportText, ledger("payment", "gift"), cardText, nil, "books.csv line 4: kind is none of"},
		"an unknown currency":            {exportText, ledger("COP", "XXX"), cardText, nil, "books.csv line 4: currency"},
		"a field too few":                {exportText, ledger(",2026-11-19T10:00:00Z", ""), cardText, nil, "books.csv line 4: "},
		"a long line in books":           {exportText, ledger("A-1", strings.Repeat("x", 70_000)), cardText, nil, "books.csv line 4: the line is longer than 64 KiB"},
		"receipts that cannot be read":   {exportText, ledgerText, cardText + "2026-11-19,card,0,COP,,\n", nil, "receipts.csv: order: not readable: line 3"},
		"no such shape":                  {exportText, ledgerText, cardText, []string{"--shape", "wix"}, "no such shape"},
		"no such language":               {exportText, ledgerText, cardText, []string{"--lang", "pt"}, "pt"},
		"no such currency":               {exportText, ledgerText, cardText, []string{"--currency", "XXX"}, "--currency"},
		"no such offset":                 {exportText, ledgerText, cardText, []string{"--offset", "8"}, "--offset"},
		"no such output":                 {exportText, ledgerText, cardText, []string{"-o", "xml"}, "use table or json"},
		"no such file":                   {exportText, ledgerText, cardText, []string{"--books", "none.csv"}, "none.csv"},
		"a directory that cannot be one": {exportText, ledgerText, cardText, []string{"--out", "books.csv/x"}, "books.csv"},
	} {
		dir := ordersDir(t, c.export, c.books, c.receipts)
		args := append([]string{"orders", "--orders", "orders.csv", "--books", "books.csv", "--receipts", "receipts.csv", "--out", "out"}, c.more...)
		_, stderr, code := vuelto(t, dir, args...)
		if _, err := os.Stat(filepath.Join(dir, "out")); code != 2 || !strings.Contains(stderr, c.says) || !os.IsNotExist(err) {
			t.Errorf("%s: exit %d, %v, %q", name, code, err, stderr)
		}
	}
}

// TestBooksOfAnySizeAreGoneThrough: what they take does not grow with them.
func TestBooksOfAnySizeAreGoneThrough(t *testing.T) {
	dir := ordersDir(t, exportText, ledgerText, cardText)
	var b bytes.Buffer
	b.WriteString(ledgerText)
	for n := range 150_000 {
		fmt.Fprintf(&b, "pay_x%d,payment,R,B-%d,5.00,COP,paid,2026-09-01T10:00:00-05:00\n", n, n)
	}
	if err := os.WriteFile(filepath.Join(dir, "books.csv"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	size := uint64(b.Len())
	b = bytes.Buffer{}
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	o := recon.OrdersOptions{Orders: filepath.Join(dir, "orders.csv"), Books: filepath.Join(dir, "books.csv"), Out: filepath.Join(dir, "out"), Export: order.Export{Shape: "csv"}}
	r, err := recon.Orders(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Discard()
	runtime.GC()
	runtime.ReadMemStats(&now)
	if kept := int64(now.HeapAlloc) - int64(before.HeapAlloc); kept > 1<<20 || r.Summary.Entries != 150_002 || r.Summary.Matched != 1 {
		t.Errorf("%d bytes kept of %d, %+v", kept, size, r.Summary)
	}
}

// TestOrdersKeepEveryDigest, also of files that share their base name.
func TestOrdersKeepEveryDigest(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"shop": exportText, "ours": ledgerText, "cards": cardText} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "november.csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := func(name string) string { return filepath.Join(name, "november.csv") }
	stdout, stderr, _ := vuelto(t, dir, "orders", "--orders", at("shop"), "--books", at("ours"), "--receipts", at("cards"), "--out", "out", "-o", "json")
	var s recon.OrdersSummary
	if err := json.Unmarshal([]byte(stdout), &s); err != nil || len(s.Digests) != 3 || s.Digests["november.csv"] == "" || s.Digests[at("ours")] == "" || s.Digests[at("cards")] == "" {
		t.Errorf("%v %v %s", s.Digests, err, stderr)
	}
}
