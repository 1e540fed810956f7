package batch_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/batch"
)

func columns() batch.Columns {
	return batch.Columns{"id": {Path: []string{"id"}}, "amount": {Path: []string{"amount"}, Number: true},
		"beneficiary_name": {Path: []string{"beneficiary", "name"}}, "beneficiary_phone": {Path: []string{"beneficiary", "phone"}}}
}

// read shows a file's rows as "line body" or "line fault".
func read(t *testing.T, content string) (rows []string, err error) {
	t.Helper()
	r, err := batch.Open(batch.FormatOf([]byte(content)), []byte(content), columns())
	for err == nil {
		var row batch.Row
		if row, err = r.Next(); err == nil {
			if row.Number != len(rows)+1 {
				t.Errorf("row %d is called %d", len(rows)+1, row.Number)
			}
			shown := string(row.Body)
			switch {
			case errors.Is(row.Fault, batch.ErrFormula):
				shown = "formula"
			case row.Fault != nil:
				shown = "fault"
			}
			rows = append(rows, fmt.Sprint(row.Line, " ", shown))
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return rows, err
}

func TestCellsBecomeRequests(t *testing.T) {
	head := "id,amount,beneficiary_name,beneficiary_phone\n"
	for row, want := range map[string]string{
		"R-1,5000,Ana,+51 999 888 777": `{"amount":5000,"beneficiary":{"name":"Ana","phone":"+51 999 888 777"},"id":"R-1"}`,
		" R-1 ,,,":                     `{"id":"R-1"}`,
		`"a,""b""",-1,,`:               `{"amount":-1,"id":"a,\"b\""}`,
		"x,0,,":                        `{"amount":0,"id":"x"}`,
		"=1+1,1,,":                     "formula",
		"x,=A1,,":                      "formula",
		"x,1,@SUM(A1),":                "formula",
		"x,1,＝1,":                      "formula",
		"x,1,+cmd|x,":                  "formula",
		"x,1,-a,":                      "formula",
		"x,1.0,,":                      "fault",
		"x,1e3,,":                      "fault",
		"x,007,,":                      "fault",
		"x,9999999999999999999,,":      "fault",
		"x,-,,":                        "fault",
		"x,1,":                         "fault",
		"x,1,,,":                       "fault",
	} {
		rows, err := read(t, head+row+"\n")
		if err != nil || len(rows) != 1 || rows[0] != "2 "+want {
			t.Errorf("%s: %v, %v", row, rows, err)
		}
	}
}

func TestTablesAsSpreadsheetsWriteThem(t *testing.T) {
	want := []string{`2 {"amount":1,"id":"a"}`, `5 {"amount":2,"id":"b\nc"}`}
	for _, file := range []string{
		"id,amount\na,1\n\n\n\"b\nc\",2\n",
		"\ufeffid;amount\r\na;1\r\n\r\n\r\n\"b\r\nc\";2",
		"\"id\",\" amount \"\na,1\n\n\n\"b\nc\",\"2\"\n",
	} {
		if rows, err := read(t, file); err != nil || strings.Join(rows, "|") != strings.Join(want, "|") {
			t.Errorf("%q: %v, %v", file, rows, err)
		}
	}
}

func TestRowsOfJSONAreLeftAsTheyAre(t *testing.T) {
	rows, err := read(t, " \n{\"rows\": [ {\"a\":1, \"A\":2} ,7,null,{\"amount\":1.5}] } ")
	if want := `0 {"a":1, "A":2}|0 7|0 null|0 {"amount":1.5}`; err != nil || strings.Join(rows, "|") != want {
		t.Errorf("%v, %v", rows, err)
	}
}

// workbook packs a first sheet as a spreadsheet would.
func workbook(rows string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook xmlns:r="rel"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`},
	} {
		f, _ := w.Create(part[0])
		_, _ = io.WriteString(f, part[1])
	}
	_ = w.Close()
	return out.String()
}

func cell(text string) string { return `<c t="inlineStr"><is><t>` + text + `</t></is></c>` }

func TestWorkbooks(t *testing.T) {
	head := "<row>" + cell("id") + cell("amount") + cell("beneficiary_name") + "</row>"
	rows, err := read(t, workbook(head+
		"<row>"+cell("a")+"<c><v>5000</v></c>"+cell("Ñandú")+"</row><row/>"+
		"<row>"+cell("b")+"</row>"+
		"<row>"+cell("c")+"<c><f>2*3</f><v>6</v></c></row>"+
		"<row>"+cell("d")+"<c><f t=\"shared\" si=\"0\"/></c></row>"+
		"<row>"+cell("e")+"<c t=\"e\"><v>#N/A</v></c></row>"+
		"<row>"+cell("f")+"<c><v>50.5</v></c></row>"+
		"<row>"+cell("g")+"<c><v>1</v></c>"+cell("x")+cell("beyond")+"</row>"+
		"<row>"+cell("=h")+"<c><v>1</v></c></row>"))
	want := `2 {"amount":5000,"beneficiary":{"name":"Ñandú"},"id":"a"}|4 {"id":"b"}|5 formula|6 formula|7 fault|8 fault|9 fault|10 formula`
	if err != nil || strings.Join(rows, "|") != want {
		t.Errorf("%v, %v", rows, err)
	}
	for name, content := range map[string]string{"no rows": workbook(""), "unknown column": workbook("<row>" + cell("idd") + "</row>"),
		"no workbook": "PK\x03\x04 and nothing", "cut": workbook(head)[:400]} {
		if rows, err := read(t, content); !errors.Is(err, batch.ErrUnreadable) {
			t.Errorf("%s: %v, %v", name, rows, err)
		}
	}
}

func TestTheLimitOfRows(t *testing.T) {
	for n, want := range map[int]error{0: batch.ErrUnreadable, 1: nil, batch.MaxRows - 1: nil, batch.MaxRows: nil, batch.MaxRows + 1: batch.ErrTooLong} {
		for _, file := range []string{"id\n" + strings.Repeat("a\n", n), `{"rows":[` + strings.TrimSuffix(strings.Repeat("{},", n), ",") + `]}`} {
			r, err := batch.Open(batch.FormatOf([]byte(file)), []byte(file), columns())
			if err != nil {
				t.Fatal(err)
			}
			if rows, err := batch.Count(r); !errors.Is(err, want) || err == nil && rows != n {
				t.Errorf("%d rows: %d, %v", n, rows, err)
			}
		}
	}
}

func TestVerdictsComeBackAsWritten(t *testing.T) {
	in := []batch.Verdict{{Row: 1, Verdict: batch.Accepted, ID: "rf_1", Amount: 5, Currency: "PEN"},
		{Row: 2, Line: 4, Verdict: batch.Refused, Code: "x", Errors: []batch.Error{{Pointer: "/a", Detail: "b\n🦙"}}}}
	out, err := batch.DecodeVerdicts(batch.EncodeVerdicts(in))
	if err != nil || fmt.Sprint(out) != fmt.Sprint(in) {
		t.Errorf("%v, %v", out, err)
	}
	if _, err := batch.DecodeVerdicts([]byte("{")); err == nil {
		t.Error("half a file of results is read")
	}
}

// FuzzOpen: whatever comes, reading ends, and rows are counted alike twice.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("id,amount\na,1\n"))
	f.Add([]byte(`{"rows":[{},{}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		var counts [2]int
		for i := range counts {
			r, err := batch.Open(batch.FormatOf(content), bytes.Clone(content), columns())
			if err != nil {
				return
			}
			counts[i], _ = batch.Count(r)
		}
		if counts[0] != counts[1] {
			t.Errorf("%d rows, then %d", counts[0], counts[1])
		}
	})
}
