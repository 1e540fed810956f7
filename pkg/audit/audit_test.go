package audit_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
)

var manipulations = flag.Int("manipulations", 1000, "that TestEveryManipulationShows tries")

var chain = flag.Int("chain", 500, "entries in the chain that TestEveryManipulationShows changes")

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
		file, _, err := audit.Write("demo", name, before, lines)
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
// day left out or put in another's place. Four days of a longer chain are changed at a time and held against what they were; a
// day changed nowhere says the same of itself whatever lies further off, and of every thousandth the whole chain is read to see it.
func TestEveryManipulationShows(t *testing.T) {
	const window = 4
	perDay := 25
	if *chain > 100_000 {
		perDay = 200
	}
	names, files := days(t, *chain/perDay, perDay)
	seals := make([]audit.Seal, len(files))
	for i := range files {
		var err error
		if _, seals[i], err = audit.Read(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	tried, whole := map[string]int{}, 0
	began := time.Now()
	for n := range *manipulations {
		at := r.IntN(len(files) - window + 1)
		days, before := names[at:at+window], files[at:at+window]
		kind, changed := tamper(r, n, before)
		for slices.EqualFunc(changed, before, bytes.Equal) { // what was swapped was the same
			kind, changed = tamper(r, n, before)
		}
		tried[kind]++
		if len(changed) < window { // the day of a file is its name
			days = missing(days, before, changed)
		}
		if found, is := verify(days, changed); len(found) == 0 && is.Last.Seal == seals[at+window-1].Seal && is.Begun == seals[at].Before {
			t.Fatalf("%d: %s does not show", n, kind)
		}
		if n%1000 != n/1000%8 { // a different kind each thousand
			continue
		}
		whole++
		found, _ := verify(slices.Concat(names[:at], days, names[at+window:]), slices.Concat(files[:at], changed, files[at+window:]))
		if len(found) == 0 && at > 0 && at+window < len(files) {
			t.Errorf("%d: %s does not show in the whole", n, kind)
		}
	}
	total := 0
	for kind, n := range tried {
		total += n
		if n < *manipulations/20 {
			t.Errorf("%s was tried %d times", kind, n)
		}
	}
	t.Logf("%d of %d found in a chain of %d entries, %d of them by reading all of it, in %s: %v", total, total, *chain, whole,
		time.Since(began).Round(time.Second), tried)
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
	if files[1], _, err = audit.Write("demo", names[1], seal.Before, lines[:len(lines)-1]); err != nil {
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

// TestAnEntrysHashIsFoundAlone: as the whole entry has it, whatever its texts say, also where a later release writes more behind it;
// where one has none the file cannot be gone on from.
func TestAnEntrysHashIsFoundAlone(t *testing.T) {
	chain := audit.Begin("demo", "rf_1")
	var lines []audit.Line
	for _, note := range []string{"", `"hash":"` + strings.Repeat("0", 64) + `"`, `{"hash":"x"}`, `\"hash":"`, "a\nb"} {
		before, s := chain.Last(), audit.Step{To: "paid", By: note, Evidence: note, Note: note}
		n, sum := chain.Add(s)
		lines = append(lines, audit.NewLine("rf_1", n, s, before, sum))
	}
	for n := range len(lines) + 1 {
		file, seal, err := audit.Write("demo", "2026-11-20", "", lines[:n])
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range [][]byte{file, bytes.ReplaceAll(file, []byte("\"}\n"), []byte("\",\"later\":\"x\"}\n"))} {
			got, is, err := audit.Sealed(file)
			if err != nil || is != seal || len(got) != n {
				t.Fatalf("%d entries: %q, %+v, %v", n, got, is, err)
			}
			for i, l := range lines[:n] {
				if got[i] != l.Hash {
					t.Errorf("entry %d has %s, want %s", i, got[i], l.Hash)
				}
			}
		}
	}
	file, _, _ := audit.Write("demo", "2026-11-20", "", lines)
	for _, broken := range []string{`"hash"`, `{"tenant"`} {
		if _, _, err := audit.Sealed(bytes.Replace(file, []byte(broken), nil, 1)); err == nil {
			t.Errorf("read without %s", broken)
		}
	}
}
