package story_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func (s *stack) exported(of, shape, day, more string) ([][]string, string) {
	s.t.Helper()
	r := s.as(ana, "GET", "/v1/days/"+day+"/export.csv?of="+of+"&shape="+shape+more, nil)
	if r.status != 200 {
		s.t.Fatalf("%d %s", r.status, r.body)
	}
	c := csv.NewReader(strings.NewReader(string(r.body)))
	c.Comma = map[bool]rune{true: ';', false: ','}[shape == "contabilidad"]
	rows, err := c.ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	return rows, r.header.Get("Link")
}

// TestADayInTheColumnsOfAnotherProgram: the examples work as they are, a merchant's own shape has its titles, spelling and texts,
// and a day holds what was created on it by local time, whichever month of UTC that is.
func TestADayInTheColumnsOfAnotherProgram(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := sides()[1]
	id := s.paid(x)
	refund := str(s.want(201, s.as(ana, "POST", "/v1/refunds/cash-withdrawal", doc{"payment": id, "amount": 1234500, "currency": x.currency, "reason_code": "goodwill",
		"merchant_refund_id": "=1+1"}))["id"])
	day := s.now().Add(-5 * 60 * 60 * 1e9).Format("2006-01-02")

	rows, next := s.exported("refunds", "dianxiaomi", day, "")
	if len(rows) != 2 || rows[0][0] != "订单号" || !slices.Contains(rows[1], refund) || !slices.Contains(rows[1], "12345.00") || next != "" {
		t.Errorf("%q, next %q", rows, next)
	}
	if rows, _ := s.exported("payments", "mabang", day, ""); len(rows) != 2 || rows[1][0] != "Vuelto" || !slices.Contains(rows[1], id) {
		t.Errorf("%q", rows)
	}
	if rows, _ := s.exported("refunds", "plain", day, ""); !slices.Contains(rows[1], "'=1+1") {
		t.Errorf("a formula in %q", rows)
	}
	for of, other := range map[string]string{"payouts": day, "refunds": "2026-01-01"} {
		if rows, _ := s.exported(of, "plain", other, ""); len(rows) != 1 {
			t.Errorf("%s of %s: %q", of, other, rows)
		}
	}

	own := doc{"name": "contabilidad", "separator": "semicolon", "decimal": "comma", "dates": "DD/MM/YYYY", "columns": []doc{
		{"title": "Cuenta", "field": "", "text": "130505"}, {"title": "Fecha", "field": "created_at"}, {"title": "Valor", "field": "amount"}}}
	for range 2 {
		s.want(200, s.as(ana, "POST", "/v1/export-shapes", own))
	}
	rows, _ = s.exported("refunds", "contabilidad", day, "")
	if want := fmt.Sprintf("%s/%s/%s ", day[8:], day[5:7], day[:4]); len(rows) != 2 || rows[1][0] != "130505" || !strings.HasPrefix(rows[1][1], want) || rows[1][2] != "12345,00" {
		t.Errorf("%q", rows)
	}
	if all := list(s.want(200, s.as(ana, "GET", "/v1/export-shapes", nil)), "data"); len(all) != 4 || all[0]["name"] != "contabilidad" {
		t.Errorf("%v", all)
	}
	s.refused(403, "forbidden", s.as(beto, "POST", "/v1/export-shapes", own))
	s.refused(422, "field_invalid", s.as(carla, "GET", "/v1/days/"+day+"/export.csv?of=refunds&shape=contabilidad", nil))
	for _, bad := range []string{"of=gifts&shape=plain", "of=refunds&shape=nobody", "of=refunds&shape=plain&cursor=%21", "shape=plain"} {
		s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/days/"+day+"/export.csv?"+bad, nil))
	}
	for field, value := range map[string]any{"separator": "pipe", "decimal": "", "dates": "YY", "columns": []doc{{"title": "x", "field": "password"}}} {
		wrong := doc{"name": "x", "separator": "tab", "decimal": "dot", "dates": "YYYY-MM-DD", "columns": []doc{{"title": "x", "field": "id"}}}
		wrong[field] = value
		s.refused(422, "field_invalid", s.as(ana, "POST", "/v1/export-shapes", wrong))
	}
}
