package recon

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// FuzzFields holds our splitting of one record against the standard library's.
func FuzzFields(f *testing.F) {
	for _, seed := range []string{"a,b,c", `"a","b""c",d`, "\"a\nb\",c", ",,", `a"b,c`, `"a`, `"a"b,c`, "a,\"\",b", "12345678,12345678,1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\r") || strings.HasPrefix(text, "\n") || text == "" {
			return // the standard library rewrites line ends and skips empty lines
		}
		var ours fields
		if !strings.Contains(text, `"`) && strings.Contains(text, "\n") {
			return
		}
		broken := ours.split([]byte(text))
		r := csv.NewReader(strings.NewReader(text))
		want, theirs := r.Read()
		if r.InputOffset() < int64(len(text)) || strings.HasSuffix(text, "\n") {
			return // more than one record
		}
		if (broken != "") != (theirs != nil) {
			t.Fatalf("%q: %v, the standard library says %v", text, broken, theirs)
		}
		if broken != "" {
			return
		}
		var got []string
		for i := range ours.count() {
			got = append(got, string(ours.cell(i)))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}

// readAll cuts a text into records through blocks of its own: each with its line and its cells, or why it has none.
func readAll(t *testing.T, in io.Reader, width int, quick bool) []string {
	t.Helper()
	r, b, s := newReader(in), newBlock(), splitter{}
	b.from = &input{header: header{count: width}}
	var all []string
	for {
		err := r.fill(b)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		show := func(line uint32, broken reason) {
			text := fmt.Sprint(line, " ", broken)
			for i := range width {
				if broken == "" {
					text += fmt.Sprintf("|%q", s.cell(i))
				}
			}
			all = append(all, text)
		}
		slow := func(record []byte, line uint32, broken reason) error {
			if broken == "" {
				broken = s.cut(b, record)
			}
			show(line, broken)
			return nil
		}
		if quick && b.plain() {
			err = s.quickly(b, func(line uint32) (bool, error) {
				if line%5 == 0 {
					return false, nil // some are to be read slowly, whatever they are
				}
				show(line, "")
				return true, nil
			}, slow)
		} else {
			err = b.records(slow)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// slowly cuts a text without quotes line by line.
func slowly(text string, width int) []string {
	var all []string
	for i, line := range strings.Split(text, "\n") {
		line := strings.TrimSuffix(line, "\r")
		cells := strings.Split(line, ",")
		switch {
		case line == "":
		case !utf8.ValidString(line):
			all = append(all, fmt.Sprint(i+1, " ", errUTF8))
		case len(cells) != width:
			all = append(all, fmt.Sprintf("%d %d fields instead of %d", i+1, len(cells), width))
		default:
			for k, c := range cells {
				cells[k] = fmt.Sprintf("|%q", c)
			}
			all = append(all, fmt.Sprint(i+1, " ", strings.Join(cells, "")))
		}
	}
	return all
}

// FuzzBlocks: where blocks end shows in nothing, and no line is lost.
func FuzzBlocks(f *testing.F) {
	f.Add("a,b\nc,d\n", 3, 2)
	f.Add("1,2\r\n3,4\n", 1000, 2)
	f.Add("a\nb,c\n", 10, 3) // as many separators as a record has
	f.Add("\"a\nb\",c\n\"open\nx,y\n", 40_000, 2)
	f.Add(strings.Repeat("x", 500)+"\n\"q\"\n", 900, 1)
	f.Add("a,b,c\r\n\r\n-.+ ,é,\n,,,\n,", 5000, 3)
	f.Add("a,\xff\xac,c\n1,2,3\n", 5000, 3)
	f.Fuzz(func(t *testing.T, text string, times, width int) {
		if len(text) > 2000 || times < 0 || len(text)*times > 3*blockSize || width < 2 || width > 12 {
			return
		}
		whole := strings.Repeat(text, max(times, 1))
		want := readAll(t, strings.NewReader(whole), width, false)
		if got := readAll(t, iotest.HalfReader(strings.NewReader(whole)), width, false); !slices.Equal(got, want) {
			t.Fatalf("%d records, or %d", len(got), len(want))
		}
		if got := readAll(t, strings.NewReader(whole), width, true); !slices.Equal(got, want) {
			t.Fatalf("quickly: %s", cmp.Diff(want, got))
		}
		if !strings.Contains(whole, `"`) && !slices.ContainsFunc(strings.Split(whole, "\n"), func(s string) bool { return len(s) >= longest }) {
			if slow := slowly(whole, width); !slices.Equal(want, slow) {
				t.Fatalf("%q, want %q", want, slow)
			}
		}
		// The same text behind as many bytes of whole lines has the same records, so many lines later.
		const before = 49
		shifted := readAll(t, strings.NewReader(strings.Repeat(strings.Repeat("x", 1000)+"\n", before)+whole), width, false)[before:]
		if len(shifted) != len(want) {
			t.Fatalf("behind other lines: %d records, or %d", len(shifted), len(want))
		}
		for i := range want {
			_, record, _ := strings.Cut(want[i], " ")
			_, later, _ := strings.Cut(shifted[i], " ")
			if record != later {
				t.Fatalf("behind other lines: %s, or %s", later, record)
			}
		}
	})
}

// TestDecimalsAtOnce holds the reading of eight bytes at once against the reading of one after the other.
func TestDecimalsAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[-0-9./:]{0,9}|[0-9]{1,5}[.][0-9]{2}|[^,]{0,8}`).Draw(t, "cell")
		before := rapid.StringMatching(`|[0-9.]{0,12},`).Draw(t, "before")
		n, ok := anyDecimal([]byte(cell))
		if got, whole := decimalIn(before + cell); got != n || whole != ok {
			t.Fatalf("%q behind %q is %d %v, or %d %v", cell, before, got, whole, n, ok)
		}
	})
}

// decimalIn is the last cell of a text of one or two.
func decimalIn(text string) (int64, bool) {
	s := splitter{header: &header{at: [mostColumns]int{strings.Count(text, ",")}}, fields: fields{text: []byte(text), ends: []uint32{atStart}}}
	for i := range text {
		if text[i] == ',' {
			s.ends = append(s.ends, uint32(i))
		}
	}
	s.ends = append(s.ends, uint32(len(text)))
	return s.decimal(0)
}

// TestClocksAtOnce does so with times of day.
func TestClocksAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[0-3][0-9]:[0-7][0-9]:[0-7][0-9]|[0-9:;/a]{7,9}`).Draw(t, "cell")
		at, err := time.Parse(time.TimeOnly, cell)
		got, ok := clock([]byte(cell))
		if ok != (err == nil && len(cell) == 8) || ok && got != int64(at.Hour()*3600+at.Minute()*60+at.Second()) {
			t.Fatalf("%q is %d %v, or %v %v", cell, got, ok, at, err)
		}
	})
}

func TestDecimals(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "12": 1200, "12.5": 1250, "12.50": 1250, "12.500": 1250, "-3.07": -307, "999999999999.99": 99999999999999} {
		if got, ok := decimalIn("a longer cell," + text); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want)
		}
	}
	for _, bad := range []string{"", "-", ".5", "5.", "1.005", "+1", " 1", "1 ", "1e3", "--1", "1.2.3", "1000000000001", "99999999999999999999", "٣"} {
		if got, ok := decimalIn("a longer cell," + bad); ok {
			t.Errorf("%q is %d", bad, got)
		}
	}
}

func TestInstants(t *testing.T) {
	var d days
	const bogota = -5 * 3600
	_, same, _ := d.instant([]byte("2026-11-19T15:04:05Z"), bogota)
	for _, text := range []string{"2026-11-19T10:04:05-05:00", "2026-11-19T20:34:05+05:30", "2026-11-19T10:04:05.000-05:00"} {
		if day, got, ok := d.instant([]byte(text), bogota); !ok || got != same || dateOf(day).String() != "2026-11-19" {
			t.Errorf("%q: %d %d %v, want %d", text, day, got, ok, same)
		}
	}
	for _, bad := range []string{"", "2026-11-19", "2026-11-19 10:04:05", "2026-02-30T10:04:05Z", "2026-11-19T24:00:00Z", "2026-11-19T10:60:00-05:00",
		"0001-01-01T00:00:00Z", "2026-11-19T10:04:0x-05:00"} {
		if _, _, ok := d.instant([]byte(bad), bogota); ok {
			t.Errorf("%q is an instant", bad)
		}
	}
	if day := localDay(same, -5*3600); dateOf(day).String() != "2026-11-19" {
		t.Error(dateOf(day))
	}
	if day, _, _ := d.instant([]byte("2026-11-20T04:59:59+00:00"), bogota); dateOf(day).String() != "2026-11-19" {
		t.Error("a second before midnight is", dateOf(day))
	}
	if day := localDay(-1, 0); dateOf(day).String() != "1969-12-31" {
		t.Error("a moment before 1970 is", dateOf(day))
	}
}

func TestPackedRecordsComeBack(t *testing.T) {
	for _, r := range []row{
		{transaction: []byte("T1"), reference: []byte("R1"), amount: 5, fee: 1, tax: 1, net: 3, seconds: -7, line: 9, file: 2, currency: 77, kind: refund, status: 2},
		{others: bytes.Repeat([]byte("x"), 60_000), amount: -1 << 50, fee: 1 << 40, tax: -3, net: 12, line: 1 << 31, kind: reversal},
	} {
		text := make([]byte, r.size())
		r.pack(text, 42)
		var back row
		if n := back.unpack(text); n != len(text) || back.content() != r.content() || back.line != r.line || back.file != r.file || back.net != r.net {
			t.Errorf("%+v came back as %+v", r, back)
		}
	}
	for _, e := range []entry{
		{id: []byte("pay_1"), transaction: []byte("T"), reference: []byte("R"), amount: 5, fee: 2, hasFee: true, nanos: -5, day: -1, currency: 3, kind: payout, status: 6},
		{id: []byte("x"), reference: []byte("R"), amount: 1, tax: 1 << 40, hasTax: true},
	} {
		text := make([]byte, e.size())
		e.pack(text, 42)
		var back entry
		if n := back.unpack(text); n != len(text) || string(referenceOf(text)) != string(e.reference) || back.fee != e.fee || back.tax != e.tax ||
			back.hasFee != e.hasFee || back.hasTax != e.hasTax || back.day != e.day || back.nanos != e.nanos || back.status != e.status || back.kind != e.kind {
			t.Errorf("%+v came back as %+v", e, back)
		}
	}
}
