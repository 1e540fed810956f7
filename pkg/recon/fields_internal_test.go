package recon

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
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
		var err error
		if strings.Contains(text, `"`) {
			err = ours.splitQuoted([]byte(text))
		} else {
			if strings.Contains(text, "\n") {
				return
			}
			record := append([]byte(text), ",,,,,,,,"...)
			ours.split(record[:len(text)])
		}
		r := csv.NewReader(strings.NewReader(text))
		want, theirs := r.Read()
		if r.InputOffset() < int64(len(text)) || strings.HasSuffix(text, "\n") {
			return // more than one record
		}
		if (err != nil) != (theirs != nil) {
			t.Fatalf("%q: %v, the standard library says %v", text, err, theirs)
		}
		if err != nil {
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

type seen struct {
	record string
	line   uint32
	broken reason
}

// readAll cuts a text into records through blocks of its own.
func readAll(t *testing.T, in io.Reader) []seen {
	t.Helper()
	r, b := newReader(in), &block{array: make([]byte, blockSize)}
	var all []seen
	for {
		err := r.fill(b)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		err = b.records(func(record []byte, line uint32, broken reason) error {
			if broken != "" {
				record = nil
			}
			all = append(all, seen{string(record), line, broken})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzBlocks: where blocks end shows in nothing, and no line is lost.
func FuzzBlocks(f *testing.F) {
	f.Add("a,b\nc,d\n", 3)
	f.Add("\"a\nb\",c\n\"open\nx,y\n", 40_000)
	f.Add(strings.Repeat("x", 500)+"\n\"q\"\n", 900)
	f.Fuzz(func(t *testing.T, text string, times int) {
		if len(text) > 2000 || times < 0 || len(text)*times > 3*blockSize {
			return
		}
		whole := strings.Repeat(text, max(times, 1))
		want := readAll(t, strings.NewReader(whole))
		if got := readAll(t, iotest.HalfReader(strings.NewReader(whole))); !slices.Equal(got, want) {
			t.Fatalf("%d records, or %d", len(got), len(want))
		}
		// The same text behind as many bytes of whole lines has the same records, so many lines later.
		const before = 12_345
		shifted := readAll(t, strings.NewReader(strings.Repeat("a,b\n", before)+whole))[before:]
		for i := range want {
			want[i].line += before
		}
		if !slices.Equal(shifted, want) {
			t.Fatalf("behind other lines: %d records, or %d", len(shifted), len(want))
		}
	})
}

func TestDecimals(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "12": 1200, "12.5": 1250, "12.50": 1250, "12.500": 1250, "-3.07": -307, "999999999999.99": 99999999999999} {
		if got, ok := decimal([]byte(text)); !ok || got != want {
			t.Errorf("%q: %d %v, want %d", text, got, ok, want)
		}
	}
	for _, bad := range []string{"", "-", ".5", "5.", "1,5", "1.005", "+1", " 1", "1 ", "1e3", "--1", "1.2.3", "1000000000001", "99999999999999999999", "٣"} {
		if got, ok := decimal([]byte(bad)); ok {
			t.Errorf("%q is %d", bad, got)
		}
	}
}

func TestInstants(t *testing.T) {
	var d days
	same, _ := d.instant([]byte("2026-11-19T15:04:05Z"))
	for _, text := range []string{"2026-11-19T10:04:05-05:00", "2026-11-19T20:34:05+05:30", "2026-11-19T10:04:05.000-05:00"} {
		if got, ok := d.instant([]byte(text)); !ok || got != same {
			t.Errorf("%q: %d %v, want %d", text, got, ok, same)
		}
	}
	for _, bad := range []string{"", "2026-11-19", "2026-11-19 10:04:05", "2026-02-30T10:04:05Z", "2026-11-19T24:00:00Z", "2026-11-19T10:60:00-05:00",
		"0001-01-01T00:00:00Z", "2026-11-19T10:04:0x-05:00"} {
		if _, ok := d.instant([]byte(bad)); ok {
			t.Errorf("%q is an instant", bad)
		}
	}
	if day := localDay(same, -5*3600); dateOf(day).String() != "2026-11-19" {
		t.Error(dateOf(day))
	}
	midnight, _ := d.instant([]byte("2026-11-20T04:59:59Z"))
	if day := localDay(midnight, -5*3600); dateOf(day).String() != "2026-11-19" {
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
