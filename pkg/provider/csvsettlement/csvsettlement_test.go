package csvsettlement_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/provider/csvsettlement"
	"github.com/vuelto/vuelto/pkg/settlement"
)

const header = "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n"

func layout() csvsettlement.Layout {
	return csvsettlement.Layout{Zone: time.FixedZone("America/Lima", -5*60*60)}
}

func read(file string, l csvsettlement.Layout) (rows []settlement.Row, err error) {
	for row, e := range csvsettlement.Read(strings.NewReader(file), l) {
		if e != nil {
			return rows, e
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func TestRowIsReadWhole(t *testing.T) {
	const line = `T1,R1,REFUND,-50.05,1.75,0.32,-52.12,PEN,2026-11-20 23:30:00,SETTLED`
	got, err := read(header+line+"\n", layout())
	want := []settlement.Row{{Line: 2, TransactionID: "T1", Reference: "R1", Type: settlement.Refund, Currency: "PEN",
		Amount: -5005, Fee: 175, Tax: 32, Net: -5212, At: time.Date(2026, 11, 21, 4, 30, 0, 0, time.UTC), Status: "SETTLED", Raw: line}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestFormsOfOneFile(t *testing.T) {
	const body = "T1,R1,PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED"
	noTax := strings.NewReplacer("Tax,", "", "0.00,0.00,", "0.00,")
	renamed := csvsettlement.Layout{Zone: time.UTC, Comma: ';', Dates: "02/01/2006 15:04",
		Names: map[string]string{"Transaction ID": "Operación", "Date": "Fecha"}}
	for name, c := range map[string]struct {
		file   string
		layout csvsettlement.Layout
	}{
		"LF":               {header + body + "\n", layout()},
		"no last line end": {header + body, layout()},
		"CRLF":             {strings.ReplaceAll(header+body+"\n", "\n", "\r\n"), layout()},
		"BOM":              {"\ufeff" + header + body, layout()},
		"no tax":           {noTax.Replace(header + body), layout()},
		"quoted":           {header + `"T1","R1",PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED`, layout()},
		"other columns":    {"Sucursal," + header + "Lima," + body, layout()},
		"renamed": {strings.NewReplacer("Transaction ID", "Operación", "Date", "Fecha", ",", ";").Replace(header) +
			"T1;R1;PAYMENT;10.00;0.00;0.00;10.00;PEN;20/11/2026 15:00;SETTLED", renamed},
	} {
		rows, err := read(c.file, c.layout)
		if err != nil || len(rows) != 1 || rows[0].Unreadable != "" || rows[0].TransactionID != "T1" || rows[0].Net != 1000 ||
			!rows[0].At.Equal(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v, %v", name, rows, err)
		}
	}
}

func TestUnreadableRowsSayWhy(t *testing.T) {
	good := "T1,R1,PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED"
	for reason, c := range map[string][2]string{
		"9 fields instead of 10":                            {"T1,", ""},
		"Amount is not a decimal":                           {"10.00,0.00,0.00", "10.001,0.00,0.00"},
		"Fee is not a decimal":                              {",0.00,0.00,", ",zero,0.00,"},
		"Tax is not a decimal":                              {",0.00,0.00,", ",0.00,,"},
		"Net Amount is not a decimal":                       {"10.00,PEN", "10.00 ,PEN"},
		"Currency is not three capital letters":             {"PEN", "pen"},
		"Date is not a date":                                {"2026-11-20", "2026-02-30"},
		"Type is none of PAYMENT, REFUND, PAYOUT, REVERSAL": {"PAYMENT", "payment"},
		"Status is none of SETTLED, REJECTED, FAILED":       {"SETTLED", "OK"},
		"the fields cannot be split":                        {"R1", `R"1"`},
	} {
		bad := strings.Replace(good, c[0], c[1], 1)
		rows, err := read(header+bad+"\n"+good+"\n", layout())
		if err != nil || len(rows) != 2 || rows[0].Unreadable != reason || rows[0].Raw != bad || rows[1].Unreadable != "" || rows[1].Line != 3 {
			t.Errorf("%q: %+v, %v", reason, rows, err)
		}
	}
}

func TestLinesArePhysical(t *testing.T) {
	const row = ",PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED\n"
	rows, err := read(header+"\"T\n1\",R1"+row+"\nT2,R2"+row+`"T3,open`+row, layout())
	if err != nil || len(rows) != 3 {
		t.Fatalf("%+v, %v", rows, err)
	}
	for i, want := range []int{2, 5, 6} {
		if rows[i].Line != want || (rows[i].Unreadable != "") != (i == 2) {
			t.Errorf("row %d starts on line %d (%s), want %d", i, rows[i].Line, rows[i].Unreadable, want)
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	for name, file := range map[string]string{"empty": "", "another header": "a,b,c\n1,2,3\n", "html": "<html></html>\n",
		"a column missing": strings.Replace(header, "Net Amount,", "", 1), "a broken header": "\"a\"b,c\n"} {
		if _, err := read(file, layout()); !errors.Is(err, csvsettlement.ErrHeader) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := read(header+`"`+strings.Repeat("swallowed\n", 7000), layout()); err == nil {
		t.Error("a quote that swallows the file is read on for ever")
	}
	if _, err := read(header+strings.Repeat("x", 70_000), layout()); err == nil {
		t.Error("an endless line is read on for ever")
	}
}

// endless is a line of three gigabytes that nobody holds: it counts what is read of it.
type endless struct{ left, read int64 }

func (e *endless) Read(p []byte) (int, error) {
	n := min(int64(len(p)), e.left)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left, e.read = e.left-n, e.read+n
	return int(n), nil
}

// TestALineOfThreeGigabytes ends the reading with its number and a reason, long before it is read.
func TestALineOfThreeGigabytes(t *testing.T) {
	const good = "T1,R1,PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED\n"
	line := &endless{left: 3 << 30}
	read := 0
	var last error
	for row, err := range csvsettlement.Read(io.MultiReader(strings.NewReader(header+good), line), layout()) {
		if err == nil && row.Unreadable == "" {
			read++
		}
		last = err
	}
	if read != 1 || last == nil || !strings.Contains(last.Error(), "line 3: a record is too long") {
		t.Errorf("%d rows, then %v", read, last)
	}
	if line.read > 1<<20 {
		t.Errorf("%d bytes of it are read", line.read)
	}
}

// TestDatesOfOtherCalendars are no dates, also where the year has two digits.
func TestDatesOfOtherCalendars(t *testing.T) {
	const good = "T1,R1,PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED\n"
	for name, date := range map[string]string{"Persian": "1405-08-29", "Thai Buddhist": "2569-11-20", "Minguo": "0115-11-20", "Minguo, three digits": "115-11-20",
		"Islamic": "1448-06-10", "Reiwa": "R8-11-20", "Eastern digits": "٢٠٢٦-١١-٢٠"} {
		rows, err := read(header+strings.Replace(good, "2026-11-20", date, 1)+good, layout())
		if err != nil || len(rows) != 2 || rows[0].Unreadable != "Date is not a date" || rows[0].Line != 2 || rows[1].Unreadable != "" {
			t.Errorf("%s: %+v, %v", name, rows, err)
		}
	}
	short := layout()
	short.Dates = "02/01/06 15:04:05"
	rows, err := read(header+strings.Replace(good, "2026-11-20", "20/11/69", 1)+strings.Replace(good, "2026-11-20", "20/11/26", 1), short)
	if err != nil || len(rows) != 2 || rows[0].Unreadable != "Date is not a date" || rows[1].Unreadable != "" {
		t.Errorf("two digits: %+v, %v", rows, err)
	}
}

// FuzzRead: every row is readable or says why, and lines only grow.
func FuzzRead(f *testing.F) {
	f.Add(header + "T1,R1,PAYMENT,10.00,0.00,0.00,10.00,PEN,2026-11-20 10:00:00,SETTLED\n")
	f.Add("\ufeff" + header + "\"T\r\n1\",,,,,,,,,\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		rows, _ := read(file, layout())
		line := 1
		for _, row := range rows {
			if row.Line <= line {
				t.Fatalf("line %d after line %d", row.Line, line)
			}
			line = row.Line
			if row.Unreadable == "" && (row.At.IsZero() || row.Type == "" || row.Status == "" || len(row.Currency) != 3) {
				t.Fatalf("a readable row with holes: %+v", row)
			}
		}
	})
}
