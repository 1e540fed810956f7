package evidence_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/evidence"
)

// november is a month of two closed days.
func november() evidence.Month {
	days, closed := "", ""
	for i, seal := range []string{"aa", "bb"} {
		days += fmt.Sprintf(`{"id":"rec_%d","date":"2026-11-2%d","closed":true,"totals":{"PEN":{"gross":100,"fee":-3,"tax":-1,"net":96,"expected":100,"difference":0}},"closings":[{"sha256":"old"},{"sha256":"%s"}]}`+"\n", i, i, seal)
		closed += fmt.Sprintf("rec_%d %s\n", i, seal)
	}
	month := `{"month":"2026-11","closed":true,"days":2,"totals":{"PEN":{"gross":200,"fee":-6,"tax":-2,"net":192,"expected":200,"difference":0}},"closings":[{"sha256":"` + sha([]byte(closed)) + `"}]}` + "\n"
	return evidence.Month{Tenant: "demo", Month: "2026-11", Parts: []evidence.Part{{Name: evidence.MonthName, Body: []byte(month), What: "the month"},
		{Name: evidence.DaysName, Body: []byte(days), What: "the days"}, {Name: "reports/2026-11-20-pe.csv", Body: []byte("id,amount\n1,1.00\n"), What: "a report"}}}
}

func monthFile(t *testing.T, m evidence.Month) []byte {
	t.Helper()
	file, err := evidence.WriteMonth(m)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAMonthIsVerified as it was written, and written as the same bytes.
func TestAMonthIsVerified(t *testing.T) {
	file := monthFile(t, november())
	if again := monthFile(t, november()); !bytes.Equal(file, again) {
		t.Error("written otherwise the second time")
	}
	m, seal, wrong, err := evidence.VerifyMonth(file)
	if err != nil || len(wrong) != 0 || m.Month != "2026-11" || len(m.Files) != 3 || len(seal) != 64 || !evidence.IsMonth(file) {
		t.Errorf("%+v, %s, %q, %v", m, seal, wrong, err)
	}
	if one, err := evidence.Write(full(t)); err != nil || evidence.IsMonth(one) {
		t.Errorf("one refund's evidence is taken for a month, %v", err)
	}
}

// remade takes a month apart, lets somebody change its parts, and packs them again as they are, manifest included.
func remade(t *testing.T, file []byte, change func([]evidence.Part) []evidence.Part) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	var parts []evidence.Part
	for _, f := range z.File {
		from, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, evidence.Part{Name: f.Name, Body: body})
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range change(parts) {
		f, err := w.Create(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(p.Body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestEveryChangeOfAMonthShows: a byte of any part, a part that is missing, added or renamed.
func TestEveryChangeOfAMonthShows(t *testing.T) {
	file, random := monthFile(t, november()), rand.New(rand.NewPCG(1, 1))
	for i := range 2000 {
		bad := remade(t, file, func(parts []evidence.Part) []evidence.Part {
			n := random.IntN(len(parts))
			switch i % 4 {
			case 0:
				return append(parts[:n:n], parts[n+1:]...)
			case 1:
				return append(parts, evidence.Part{Name: "reports/more.csv"})
			case 2:
				parts[n].Name += "x"
			default:
				at := random.IntN(len(parts[n].Body))
				parts[n].Body[at] ^= byte(1 + random.IntN(255))
			}
			return parts
		})
		if _, _, wrong, err := evidence.VerifyMonth(bad); err == nil && len(wrong) == 0 {
			t.Fatalf("manipulation %d does not show", i)
		}
	}
}

// TestAMonthOfOtherDaysShows, though the manifest was made anew.
func TestAMonthOfOtherDaysShows(t *testing.T) {
	for want, change := range map[string][2]string{"their digest is": {`"sha256":"bb"`, `"sha256":"cc"`}, "the totals of the days": {`"fee":-3`, `"fee":-4`},
		"day 1 is not one of": {`"date":"2026-11-20"`, `"date":"2026-10-20"`}, "the 1 days are not the 2": {"\n{", "\n\n{"}} {
		m := november()
		m.Parts[1].Body = []byte(strings.Replace(string(m.Parts[1].Body), change[0], change[1], 1))
		if want == "the 1 days are not the 2" {
			m.Parts[1].Body = m.Parts[1].Body[:bytes.IndexByte(m.Parts[1].Body, '\n')+1]
		}
		if _, _, wrong, err := evidence.VerifyMonth(monthFile(t, m)); err != nil || !strings.Contains(strings.Join(wrong, "\n"), want) {
			t.Errorf("want %q in %q, %v", want, wrong, err)
		}
	}
	open := november()
	open.Parts[0].Body = bytes.Replace(open.Parts[0].Body, []byte(`"closed":true`), []byte(`"closed":false`), 1)
	if _, _, wrong, _ := evidence.VerifyMonth(monthFile(t, open)); len(wrong) != 1 {
		t.Errorf("an open month: %q", wrong)
	}
}
