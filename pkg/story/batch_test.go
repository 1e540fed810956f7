package story_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

const formula = `=HYPERLINK("http://x")`

// refundsCSV is a file of refunds of one payment of 120.50 soles.
func refundsCSV(payment string) string {
	return "payment,amount,currency,reason_code,merchant_refund_id,beneficiary_name\n" +
		payment + ",5000,PEN,customer_return,B-1,Ana Ñahui\n" +
		payment + ",5000,PEN,customer_return,B-1,\n" + // the same id again
		payment + ",5000,COP,customer_return,B-2,\n" + // another currency
		payment + ",7000,PEN,goodwill,B-3,\"🦙 \"\"quoted\"\"\"\n" +
		payment + ",1000,PEN,goodwill,B-4,\n" + // the sum of all is more than was paid
		payment + ",50.00,PEN,goodwill,B-5,\n" +
		payment + ",100,PEN,goodwill,B-6,\"" + strings.ReplaceAll(formula, `"`, `""`) + "\"\n" +
		payment + ",100,PEN\n" +
		payment + ",100,PEN,because,B-8,\n" +
		"pay_00000000000000000000000000,100,PEN,goodwill,B-9,\n"
}

// verdicts are what refundsCSV gets, in its order.
func verdicts() []string {
	return []string{"accepted", "merchant_refund_id_taken", "currency_mismatch", "accepted", "amount_exceeds_refundable",
		"row_unreadable", "formula_cell", "row_unreadable", "reason_code_invalid", "not_found"}
}

func (s *stack) verdictsAre(rows []doc, want []string) {
	s.t.Helper()
	if len(rows) != len(want) {
		s.t.Fatalf("%d verdicts, want %d: %v", len(rows), len(want), rows)
	}
	for i, r := range rows {
		got := str(r["verdict"])
		if got == "refused" {
			got = str(r["code"])
		}
		if got != want[i] || num(r["row"]) != int64(i+1) || num(r["line"]) != int64(i+2) {
			s.t.Errorf("row %d: %v, want %s", i+1, r, want[i])
		}
	}
}

func (s *stack) finished(id string) doc {
	s.t.Helper()
	for range 200 {
		b := s.get("/v1/batches/" + id)
		if status := str(b["status"]); status == "done" || status == "cancelled" {
			return b
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatalf("batch %s does not end: %v", id, s.get("/v1/batches/"+id))
	return nil
}

// TestABatchIsManyRefunds: each row has its own verdict, a dry run says the same beforehand and does nothing, and the file
// sent again is the same batch.
func TestABatchIsManyRefunds(t *testing.T) {
	t.Parallel()
	s := start(t)
	payment := s.paid(peru())
	file := refundsCSV(payment)
	dry := s.want(200, s.as(ana, "POST", "/v1/batches?dry_run=true", file))
	s.verdictsAre(list(dry, "data"), verdicts())
	totals, _ := dry["totals"].(doc)["PEN"].(doc)
	if num(dry["accepted"]) != 2 || num(dry["refused"]) != 8 || num(totals["accepted_amount"]) != 12000 || num(totals["accepted"]) != 2 {
		t.Errorf("%v", dry)
	}
	if refunds := list(s.get("/v1/refunds?payment="+payment), "data"); len(refunds) != 0 {
		t.Fatalf("a dry run made %v", refunds)
	}
	s.sums(payment, 0, 0)

	b := s.want(201, s.as(ana, "POST", "/v1/batches", file))
	id := str(b["id"])
	if again := s.want(200, s.as(ana, "POST", "/v1/batches", file)); str(again["id"]) != id {
		t.Errorf("the same file is another batch: %v", again)
	}
	done := s.finished(id)
	if num(done["done"]) != 10 || num(done["accepted"]) != 2 || num(done["refused"]) != 8 || str(done["requested_by"]) != "ana" {
		t.Errorf("%v", done)
	}
	results := list(s.get("/v1/batches/"+id+"/results?limit=100"), "data")
	s.verdictsAre(results, verdicts())
	if title := str(results[6]["title"]); title == "" || str(results[0]["id"]) == "" || str(results[0]["status"]) != "queued" {
		t.Errorf("%v", results)
	}
	s.pagesOfResults(id)
	s.settle()
	s.sums(payment, 12000, 0)
	for _, i := range []int{0, 3} {
		if live := s.live("pagoefectivo", str(results[i]["id"])); len(live) != 1 {
			t.Errorf("row %d: the ledger has %v", i+1, live)
		}
	}
	if listed := list(s.get("/v1/batches?status=done&kind=refund"), "data"); len(listed) != 1 || str(listed[0]["id"]) != id {
		t.Errorf("listed: %v", listed)
	}
	for _, path := range []string{"", "/results", "/results.csv"} {
		s.refused(404, "not_found", s.as(carla, "GET", "/v1/batches/"+id+path, nil))
	}
	s.refused(404, "not_found", s.as(carla, "POST", "/v1/batches/"+id+"/cancel", nil))
	s.refused(409, "batch_over", s.as(ana, "POST", "/v1/batches/"+id+"/cancel", nil))
}

func (s *stack) pagesOfResults(id string) {
	s.t.Helper()
	var rows []doc
	for path, cursor := "/v1/batches/"+id+"/results?limit=3", ""; ; {
		page := s.get(path + cursor)
		rows = append(rows, list(page, "data")...)
		if page["has_more"] != true {
			break
		}
		cursor = "&cursor=" + str(page["next_cursor"])
	}
	s.verdictsAre(rows, verdicts())
	if refused := list(s.get("/v1/batches/"+id+"/results?verdict=refused&code=formula_cell"), "data"); len(refused) != 1 || num(refused[0]["row"]) != 7 {
		s.t.Errorf("%v", refused)
	}
	report := s.as(ana, "GET", "/v1/batches/"+id+"/results.csv?from_row=4", nil)
	lines := strings.Split(strings.TrimSpace(string(report.body)), "\n")
	if report.status != 200 || len(lines) != 8 || !strings.HasPrefix(lines[1], "4,5,accepted,rf_") {
		s.t.Errorf("%d %s", report.status, report.body)
	}
}

// TestAFileThatIsNoBatchIsRefusedWhole: what cannot be believed is not half taken.
func TestAFileThatIsNoBatchIsRefusedWhole(t *testing.T) {
	t.Parallel()
	s := start(t)
	head := "payment,amount,currency,reason_code,merchant_refund_id\n"
	for name, x := range map[string]struct {
		query, body, code string
		status            int
	}{
		"empty":           {"", "", "file_unreadable", 400},
		"no rows":         {"", head, "file_unreadable", 400},
		"no rows in JSON": {"", `{"rows":[]}`, "file_unreadable", 400},
		"unknown column":  {"", "payment,amont\nx,1\n", "file_unreadable", 400},
		"column twice":    {"", "payment,payment\nx,1\n", "file_unreadable", 400},
		"other kind":      {"?kind=payout", head + "x,1,PEN,goodwill,1\n", "file_unreadable", 400},
		"breaks off":      {"", head + "\"x,1\n", "file_unreadable", 400},
		"not UTF-8":       {"", head + "\xff,1,PEN,goodwill,1\n", "file_unreadable", 400},
		"array":           {"", `[{"amount":1}]`, "file_unreadable", 400},
		"more keys":       {"", `{"rows":[{}],"more":1}`, "file_unreadable", 400},
		"rows twice":      {"", `{"rows":[{}],"rows":[{}]}`, "file_unreadable", 400},
		"cut JSON":        {"", `{"rows":[{"amount":1}`, "file_unreadable", 400},
		"kind":            {"?kind=loan", head + "x,1,PEN,goodwill,1\n", "field_invalid", 422},
		"start":           {"?start_at=tomorrow", head + "x,1,PEN,goodwill,1\n", "field_invalid", 422},
		"100,001 rows":    {"", head + strings.Repeat("p,1,PEN,goodwill,1\n", 100_001), "batch_too_large", 413},
		"100,001 dry":     {"?dry_run=true", head + strings.Repeat("p,1,PEN,goodwill,1\n", 100_001), "batch_too_large", 413},
		"bytes":           {"", head + strings.Repeat("x", 6<<20), "batch_too_large", 413},
	} {
		r := s.as(ana, "POST", "/v1/batches"+x.query, x.body)
		if fault := r.problem(x.status, x.code); fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
	}
	s.refused(400, "idempotency_key_missing", s.do("POST", "/v1/batches", head+"x,1,PEN,goodwill,1\n", "Authorization", "Bearer "+ana))
	bomb := gzipped(strings.Repeat("\x00", 40<<20))
	s.refused(413, "batch_too_large", s.do("POST", "/v1/batches", bomb, "Authorization", "Bearer "+ana, "Content-Encoding", "gzip", "Idempotency-Key", "bomb"))
	s.refused(400, "file_unreadable", s.do("POST", "/v1/batches", "no gzip", "Authorization", "Bearer "+ana, "Content-Encoding", "gzip", "Idempotency-Key", "z"))
	s.refused(400, "file_unreadable", s.do("POST", "/v1/batches", "x", "Authorization", "Bearer "+ana, "Content-Encoding", "br", "Idempotency-Key", "z"))
	if listed := list(s.get("/v1/batches"), "data"); len(listed) != 0 {
		t.Errorf("left behind: %v", listed)
	}
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

func payoutRow(i int) doc {
	return doc{"network": "efecty", "store": "store_co", "amount": 1_000_000, "currency": "COP", "purpose": "commission",
		"merchant_payout_id": fmt.Sprintf("P-%06d", i), "beneficiary": person()}
}

func payoutsJSON(n int) string {
	var rows []doc
	for i := range n {
		rows = append(rows, payoutRow(i))
	}
	encoded, _ := json.Marshal(doc{"rows": rows})
	return string(encoded)
}

// TestABatchOfPayoutsMayWait for its start, packed or not, and be cancelled before it.
func TestABatchOfPayoutsMayWait(t *testing.T) {
	t.Parallel()
	s := start(t)
	when := s.now().Add(26 * time.Hour).Format(time.RFC3339)
	path := "/v1/batches?kind=payout&start_at=" + strings.ReplaceAll(when, "+", "%2B")
	send := func(key, body string) doc {
		r := s.do("POST", path, gzipped(body), "Authorization", "Bearer "+ana, "Idempotency-Key", key, "Content-Encoding", "gzip")
		return s.want(201, r)
	}
	waits, stopped := send("w", payoutsJSON(3)), send("s", payoutsJSON(4))
	if replay := send("w", payoutsJSON(3)); str(replay["id"]) != str(waits["id"]) {
		t.Errorf("%v", replay)
	}
	s.refused(422, "idempotency_key_reused", s.do("POST", path, payoutsJSON(5), "Authorization", "Bearer "+ana, "Idempotency-Key", "w"))
	if c := s.want(200, s.as(beto, "POST", "/v1/batches/"+str(stopped["id"])+"/cancel", nil)); str(c["status"]) != "cancelled" {
		t.Errorf("%v", c)
	}
	s.want(200, s.as(beto, "POST", "/v1/batches/"+str(stopped["id"])+"/cancel", nil)) // a double click
	s.advance(25 * time.Hour)
	if b := s.get("/v1/batches/" + str(waits["id"])); str(b["status"]) != "scheduled" || num(b["done"]) != 0 {
		t.Errorf("%v", b)
	}
	s.advance(2 * time.Hour)
	if b := s.get("/v1/batches/" + str(waits["id"])); str(b["status"]) != "done" || num(b["accepted"]) != 3 {
		t.Errorf("%v", b)
	}
	if b := s.get("/v1/batches/" + str(stopped["id"])); str(b["status"]) != "cancelled" || num(b["done"]) != 0 {
		t.Errorf("%v", b)
	}
	if payouts := list(s.get("/v1/payouts"), "data"); len(payouts) != 3 {
		t.Errorf("%d payouts", len(payouts))
	}
}

// workbook is a file as a spreadsheet program writes it.
func workbook(t *testing.T, rows [][]any, formulas map[string]string) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	for cell, formula := range formulas {
		if err := f.SetCellFormula("Sheet1", cell, formula); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestABatchMayBeAWorkbook: the same rows as XLSX have the same verdicts, a cell that is worked out is refused, and so is each text
// that does not show what it is, row by row; what is accepted comes through as it was written.
func TestABatchMayBeAWorkbook(t *testing.T) {
	t.Parallel()
	s := start(t)
	payment := s.paid(peru())
	const curious = "=SUM(A1) 👩‍👩‍👧 <b>Ñandú</b>"
	rows := [][]any{{"payment", "amount", "currency", "reason_code", "merchant_refund_id", "reason_text"},
		{payment, 1000, "PEN", "customer_return", "W-1", ""},
		{payment, 1000, "PEN", "customer_return", "W-1", ""},
		{payment, 1000, "COP", "customer_return", "W-3", ""},
		{payment, 1000, "PEN", "goodwill", "W-4", "x"},
		{payment, 2000, "PEN", "other", "W-5", "1" + curious},
		{payment, 2000, "PEN", "other", "W-6", "\u202Egnp.exe"},
		{payment, 2000, "PEN", "other", "W-7", "A" + strings.Repeat("\u0301", 10_000)},
		{payment, 99_999, "PEN", "goodwill", "W-8", ""}}
	want := []string{"accepted", "merchant_refund_id_taken", "currency_mismatch", "formula_cell", "accepted", "field_invalid", "field_invalid", "amount_exceeds_refundable"}
	file := workbook(t, rows, map[string]string{"F5": "1+1"})
	send := func(query, key string) reply {
		return s.do("POST", "/v1/batches"+query, file, "Authorization", "Bearer "+ana, "Idempotency-Key", key,
			"Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	}
	dry := s.want(200, send("?dry_run=true", "dry"))
	s.verdictsAre(list(dry, "data"), want)
	when := s.now().Add(3 * time.Hour).Format("2006-01-02T15:04:05Z")
	id := str(s.want(201, send("?start_at="+when, "real"))["id"])
	if b := s.get("/v1/batches/" + id); str(b["status"]) != "scheduled" || num(b["done"]) != 0 {
		t.Errorf("%v", b)
	}
	s.advance(4 * time.Hour)
	s.finished(id)
	results := list(s.get("/v1/batches/"+id+"/results?limit=100"), "data")
	s.verdictsAre(results, want)
	if r := s.get("/v1/refunds/" + str(results[4]["id"])); str(r["reason_text"]) != "1"+curious || num(r["amount"]) != 2000 {
		t.Errorf("%v", r)
	}
	s.sums(payment, 3000, 0)
}
