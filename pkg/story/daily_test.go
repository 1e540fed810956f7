package story_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// bare is a page without what its cells look like.
func bare(page []byte) string {
	return regexp.MustCompile(`<td style="[^"]*">`).ReplaceAllString(string(page), "<td>")
}

// TestTheDayInOneReport: every account with its sums, who sent nothing, and what is still open with its reason, as a page and as a
// spreadsheet, in the reader's language.
func TestTheDayInOneReport(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[1]
	day, gap := s.missed(x)
	at := "/v1/days/" + str(day["date"]) + "/report."
	for lang, words := range map[string][]string{"en": {"Settlements of", "No file from", "no row shows them"}, "es": {"Liquidaciones del", "Sin archivo de", "ninguna fila"},
		"zh": {"结算日报", "未收到文件", "没有任何结算行"}} {
		page := bare(s.as(ana, "GET", at+"html?lang="+lang, nil).body)
		f, err := excelize.OpenReader(bytes.NewReader(s.as(ana, "GET", at+"xlsx?lang="+lang, nil).body))
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, name := range f.GetSheetList() {
			rows, err := f.GetRows(name, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				text += strings.Join(row, "|") + "\n"
			}
		}
		for _, want := range append(words, x.network+"-demo", str(gap["id"]), "MISSING_AT_NETWORK", "-"+major(x.amount)) {
			if !strings.Contains(page, want) && want != words[0] {
				t.Errorf("%s: no %q in\n%s", lang, want, page)
			}
			if !strings.Contains(text, want) && want != words[0] {
				t.Errorf("%s: no %q in\n%s", lang, want, text)
			}
		}
		if !strings.Contains(page, "<title>"+words[0]) || strings.Contains(page, "<script") || !strings.Contains(page, `lang="`+lang+`"`) {
			t.Errorf("%s: %s", lang, page)
		}
		if !strings.Contains(text, "|2|2|1|50.0|0|1|1|COP|") && !strings.Contains(text, "|1|2|1|50.0|0|1|1|COP|") {
			t.Errorf("%s: the counts are others:\n%s", lang, text)
		}
	}
	s.want(200, s.do("POST", "/v1/receipts", "date,channel,amount,currency\n"+str(day["date"])+",till,100.00,PEN\n"+str(day["date"])+",till,-30.00,PEN\n2026-11-01,till,5.00,PEN\n",
		"Authorization", "Bearer "+ana, "Content-Type", "text/csv"))
	if page := bare(s.as(ana, "GET", at+"html?lang=zh", nil).body); !strings.Contains(page, "<h2>其他渠道</h2>") ||
		!strings.Contains(page, "<td>till</td><td>2</td><td>PEN</td><td>100.00</td><td>30.00</td><td>70.00</td>") {
		t.Errorf("other channels:\n%s", page)
	}
	s.want(200, s.as(ana, "POST", "/v1/breaks/"+str(gap["id"])+"/explain", doc{"reason": "known"}))
	if page := bare(s.as(ana, "GET", at+"html", nil).body); strings.Contains(page, str(gap["id"])) {
		t.Errorf("an explained break is still open:\n%s", page)
	}
	s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/days/yesterday/report.html", nil))
	if page := string(s.as(carla, "GET", at+"html", nil).body); strings.Contains(page, x.network+"-demo") {
		t.Errorf("another merchant's:\n%s", page)
	}
}

// TestTheDayInOtherCurrencies: pesos over dollars to yuan, by the official rates of the day, each with its source and its day; without one it says so.
func TestTheDayInOtherCurrencies(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[1]
	s.paid(x)
	date := s.closeDay(x.network)
	s.at(date, "22:00")
	at := "/v1/days/" + date + "/report."
	page := func() string { return bare(s.as(ana, "GET", at+"html", nil).body) }
	if got := page(); !strings.Contains(got, "<td>no rate known</td><td></td><td>no rate known</td>") {
		t.Errorf("without rates:\n%s", got)
	}
	rates := "date,source,pair,rate\n" + date + ",TRM,USD/COP,4000\n" + date + ",CFETS,USD/CNY,7.1\n"
	s.want(200, s.do("POST", "/v1/rates", rates, "Authorization", "Bearer "+ana, "Content-Type", "text/csv"))
	s.settle()
	net := num(s.day(x.network, date)["totals"].(doc)["COP"].(doc)["net"])
	usd := (net + 2000) / 4000 // rounded half up to the cent
	cny := (usd*71 + 5) / 10
	want := "<td>COP</td><td>" + major(net) + "</td><td>" + major(usd) + "</td><td>TRM USD/COP 4000 (" + date + ")</td><td>" + major(cny) + "</td><td>CFETS USD/CNY 7.1 (" + date + ")</td>"
	if got := page(); !strings.Contains(got, want) {
		t.Errorf("want %s in\n%s", want, got)
	}
	shown := list(s.day(x.network, date)["in_other_currencies"].(doc), "COP")
	for i, c := range []doc{{"currency": "USD", "net": usd, "rate": doc{"source": "TRM", "pair": "USD/COP", "rate": "4000", "date": date}},
		{"currency": "CNY", "net": cny, "rate": doc{"source": "CFETS", "pair": "USD/CNY", "rate": "7.1", "date": date}}} {
		if fmt.Sprint(shown[i]) != fmt.Sprint(c) {
			t.Errorf("%v, want %v", shown[i], c)
		}
	}
	own, err := excelize.OpenReader(bytes.NewReader(s.as(ana, "GET", "/v1/reconciliations/"+str(s.day(x.network, date)["id"])+"/report.xlsx?lang=es", nil).body))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := own.GetRows("en otras monedas", excelize.Options{RawCellValue: true}); err != nil || len(rows) != 3 || fmt.Sprint(rows[1]) != fmt.Sprint([]string{"COP", major(net), "USD", major(usd), "TRM", "USD/COP", "4000", date}) {
		t.Errorf("%v, %v", rows, err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(s.as(ana, "GET", at+"xlsx?lang=zh", nil).body))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := f.GetRows("折合其他币种"); err != nil || len(rows) != 2 || rows[1][6] != "CFETS USD/CNY 7.1 ("+date+")" {
		t.Errorf("%v, %v", rows, err)
	}
}
