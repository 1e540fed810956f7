package story_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/evidence"
)

// TestAClosedMonthIsOneFile: what was closed, with its reports, breaks and decisions, fees and digests, the same bytes whenever it is
// asked for, and another merchant has none of it.
func TestAClosedMonthIsOneFile(t *testing.T) {
	t.Parallel()
	s, x := start(t), sides()[0]
	day, gap := s.missed(x)
	s.at("2026-12-01", "09:00")
	s.want(200, s.as(ana, "POST", "/v1/breaks/"+str(gap["id"])+"/explain", doc{"reason": "known to the shop"}))
	s.want(200, s.as(ana, "POST", "/v1/reconciliations/"+str(day["id"])+"/close", nil))
	s.refused(409, "state_conflict", s.as(ana, "GET", "/v1/months/2026-11/pack", nil))
	month := s.want(200, s.as(ana, "POST", "/v1/months/2026-11/close", doc{"accept_silence": "nothing was sold"}))
	file := s.as(ana, "GET", "/v1/months/2026-11/pack", nil)
	if file.status != 200 || file.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %s", file.status, file.body)
	}
	m, seal, wrong, err := evidence.VerifyMonth(file.body)
	if err != nil || len(wrong) != 0 || m.Tenant != "demo" || seal != str(list(month, "closings")[0]["sha256"]) {
		t.Fatalf("%+v, %q, %v", m, wrong, err)
	}
	z, err := zip.NewReader(bytes.NewReader(file.body), int64(len(file.body)))
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, f := range z.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		text[f.Name] = string(body)
	}
	account := str(day["account"])
	for name, want := range map[string]string{"days.jsonl": str(day["id"]), "breaks.jsonl": "known to the shop", "fees.csv": str(day["date"]) + "," + account + ",PEN,",
		"reports/" + str(day["date"]) + "-" + account + ".csv": "MISSING_AT_NETWORK", "month.json": "nothing was sold",
		"currencies.csv": str(day["date"]) + "," + account + ",PEN,115.52,USD,,,,,\n"} {
		if !strings.Contains(text[name], want) {
			t.Errorf("no %q in %s: %q", want, name, text[name])
		}
	}
	s.at("2026-12-20", "09:00")
	if again := s.as(ana, "GET", "/v1/months/2026-11/pack", nil); !bytes.Equal(again.body, file.body) {
		t.Error("it is another file weeks later")
	}
	s.refused(409, "state_conflict", s.as(carla, "GET", "/v1/months/2026-11/pack", nil))
	s.refused(422, "field_invalid", s.as(ana, "GET", "/v1/months/november/pack", nil))
}
