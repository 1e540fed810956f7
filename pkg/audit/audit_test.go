package audit_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
)

var manipulations = flag.Int("manipulations", 1000, "that TestEveryManipulationShows tries")

var entries = flag.Int("entries", 20_000, "entries that TestAMillionEntries verifies")

// days makes sealed days of journals of five entries, spread over them.
func days(t testing.TB, n, perDay int) (names []string, files [][]byte) {
	t.Helper()
	begin, before := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), ""
	chains := map[int]*audit.Chain{}
	last := map[int]audit.Hash{}
	for d := range n {
		var lines []audit.Line
		for i := range perDay {
			record := (d*perDay + i) / 7
			if i%2 == 1 { // of the day before
				record = max(0, record-perDay/7)
			}
			subject := fmt.Sprintf("rf_%06d", record)
			if chains[record] == nil {
				chains[record] = audit.Begin("demo", subject)
				last[record] = chains[record].Last()
			}
			s := audit.Step{At: begin.AddDate(0, 0, d).Add(time.Duration(i) * time.Second), From: "queued", To: "paid",
				Evidence: fmt.Sprint("reply:", i), By: "ana", Note: "ñandú & <co>"}
			entry, sum := chains[record].Add(s)
			lines = append(lines, audit.NewLine(subject, entry, s, last[record], sum))
			last[record] = sum
		}
		name := begin.AddDate(0, 0, d).Format(time.DateOnly)
		file, err := audit.Write("demo", name, before, lines)
		if err != nil {
			t.Fatal(err)
		}
		_, seal, err := audit.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		before = seal.Seal
		names, files = append(names, name), append(files, file)
	}
	return names, files
}

func verify(names []string, files [][]byte) ([]audit.Problem, audit.Verifier) {
	var v audit.Verifier
	var found []audit.Problem
	for i := range files {
		found = append(found, v.Day(names[i], files[i])...)
	}
	return append(found, v.End()...), v
}

func TestWhatNobodyTouchedIsFine(t *testing.T) {
	names, files := days(t, 4, 50)
	found, v := verify(names, files)
	if len(found) != 0 || v.Entries != 200 || v.Tenant != "demo" || strings.Trim(v.Begun, "0") != "" {
		t.Errorf("%v %+v", found, v)
	}
	if found, _ := verify(names[1:], files[1:]); len(found) != 0 { // begins later, and says so
		t.Errorf("%v", found)
	}
}

// TestEveryManipulationShows: a byte flipped, a line left out, doubled, put in, swapped or moved to another day, a tail cut, a
// day left out or put in another's place.
func TestEveryManipulationShows(t *testing.T) {
	names, files := days(t, 4, 25)
	r := rand.New(rand.NewPCG(1, 2))
	tried := map[string]int{}
	_, whole := verify(names, files)
	for n := range *manipulations {
		kind, changed := tamper(r, n, files)
		same := len(changed) == len(files)
		for i := 0; same && i < len(files); i++ {
			same = bytes.Equal(changed[i], files[i])
		}
		if same {
			continue
		}
		tried[kind]++
		last := names
		if len(changed) < len(names) { // the day of a file is its name
			last = missing(names, files, changed)
		}
		found, v := verify(last, changed)
		if len(found) == 0 && v.Last.Seal == whole.Last.Seal && v.Begun == whole.Begun {
			t.Fatalf("%d: %s does not show", n, kind)
		}
	}
	for kind, n := range tried {
		if n < *manipulations/20 {
			t.Errorf("%s was tried %d times", kind, n)
		}
	}
	t.Log(tried)
}

func missing(names []string, files, left [][]byte) (list []string) {
	for i, f := range files {
		for _, l := range left {
			if bytes.Equal(f, l) {
				list = append(list, names[i])
			}
		}
	}
	return list
}

func tamper(r *rand.Rand, n int, files [][]byte) (string, [][]byte) {
	changed := make([][]byte, len(files))
	copy(changed, files)
	d := r.IntN(len(files))
	lines := strings.SplitAfter(string(files[d]), "\n")
	lines = lines[:len(lines)-1]
	i, j := r.IntN(len(lines)), r.IntN(len(lines))
	kind := ""
	switch n % 8 {
	case 0:
		kind = "flip a bit"
		b := bytes.Clone(files[d])
		b[r.IntN(len(b)-1)] ^= 1 << r.IntN(7)
		changed[d] = b
		return kind, changed
	case 1:
		kind = "leave a line out"
		lines = append(lines[:i], lines[i+1:]...)
	case 2:
		kind = "double a line"
		lines = append(lines[:i+1], lines[i:]...)
	case 3:
		kind = "swap two lines"
		lines[i], lines[j] = lines[j], lines[i]
	case 4:
		kind = "cut the tail"
		changed[d] = files[d][:r.IntN(len(files[d])-1)]
		return kind, changed
	case 5:
		kind = "leave a day out"
		return kind, append(changed[:d], changed[d+1:]...)
	case 6:
		kind = "swap two days"
		changed[d], changed[r.IntN(len(files))] = changed[r.IntN(len(files))], changed[d]
		return kind, changed
	default:
		kind = "write another's name"
		lines[i] = strings.Replace(lines[i], `"by":"ana"`, `"by":"eva"`, 1)
	}
	changed[d] = []byte(strings.Join(lines, ""))
	return kind, changed
}

// TestARewrittenDayShows: whoever makes a whole day anew, with a seal that fits, cannot make the next day go on from it.
func TestARewrittenDayShows(t *testing.T) {
	names, files := days(t, 3, 20)
	lines, seal, err := audit.Read(files[1])
	if err != nil {
		t.Fatal(err)
	}
	if files[1], err = audit.Write("demo", names[1], seal.Before, lines[:len(lines)-1]); err != nil {
		t.Fatal(err)
	}
	if found, _ := verify(names, files); len(found) == 0 {
		t.Error("nothing shows")
	}
}

func TestAMillionEntries(t *testing.T) {
	names, files := days(t, 10, *entries/10)
	began := time.Now()
	found, v := verify(names, files)
	if len(found) != 0 || v.Entries != *entries/10*10 {
		t.Errorf("%d entries, %v", v.Entries, found)
	}
	t.Logf("%d entries in %s", v.Entries, time.Since(began).Round(time.Millisecond))
}
