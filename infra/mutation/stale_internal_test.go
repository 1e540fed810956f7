package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Nine changes: one of the last line is not tried to its end, for it does not compile; a survivor of the others leaves enough.
const source = `package p

func f(a, b int) bool {
	c := a < b
	a++
	b++
	a += b
	b -= a
	b--
	return c && a != 0
}
`

// survivors are what an examination of the source is told of each change; the others are noticed.
func examined(t *testing.T, known reasons, only string, survivors ...string) (bool, string) {
	t.Helper()
	if err := os.MkdirAll("p", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("p", "p.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	x := examination{&out, known, func(_ context.Context, _ string, c change) (end, error) {
		if c.was == "" && c.text == "" {
			return survived, nil // nothing is changed
		}
		for _, s := range survivors {
			if strings.Contains(c.String(), s) {
				return survived, nil
			}
		}
		if c.was == "!=" {
			return refused, nil
		}
		return killed, nil
	}}
	ok, err := x.examine(t.Context(), []string{"./p"}, only)
	if err != nil {
		t.Fatal(err)
	}
	return ok, out.String()
}

// TestTheListOfSurvivorsIsTrue: what survives is on it, and nothing else. Each line that says of a change what is not so any more is
// named, with the reason why it is not.
func TestTheListOfSurvivorsIsTrue(t *testing.T) {
	const (
		less  = `p/p.go: c := a < b: "<" becomes "<="`
		more  = `p/p.go: c := a < b: "<" becomes ">="`
		and   = `p/p.go: return c && a != 0: "&&" becomes "||"`
		not   = `p/p.go: return c && a != 0: "!=" becomes "=="`
		moved = `p/p.go: return c && a > 0: "&&" becomes "||"`
		twice = and + " (2)"
		off   = `q/q.go: return c: "&&" becomes "||"`
	)
	for name, c := range map[string]struct {
		known reasons
		only  string
		names string // what the list is told to lose, or to explain; empty = it is true
		why   string
	}{
		"nothing survived but what is explained": {reasons{less: "r"}, "", "", ""},
		"a survivor is not explained":            {reasons{}, "", less, "NOT EXPLAINED"},
		"what is explained is noticed by now":    {reasons{less: "r", and: "r"}, "", and, "a test notices it"},
		"what is explained does not compile":     {reasons{less: "r", not: "r"}, "", not, "it does not compile"},
		"its line reads otherwise now":           {reasons{less: "r", moved: "r"}, "", moved, "no such change"},
		"there is only one of it now":            {reasons{less: "r", twice: "r"}, "", twice, "no such change"},
		"its package is gone":                    {reasons{less: "r", off: "r"}, "", off, "no such change"},
		"what was not tried is not judged":       {reasons{less: "r", and: "r"}, "++", "", ""},
		"what cannot be tried is judged":         {reasons{less: "r", moved: "r"}, "++", moved, "no such change"},
		"another kind of change of that line":    {reasons{less: "r", more: "r"}, "", more, "a test notices it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			ok, out := examined(t, c.known, c.only, less)
			if c.names == "" {
				if !ok || strings.Contains(out, "STALE") || strings.Contains(out, "NOT EXPLAINED") {
					t.Errorf("refused:\n%s", out)
				}
				return
			}
			if ok || !strings.Contains(out, c.names+"\n          "+c.why) || strings.Count(out, "STALE")+strings.Count(out, "NOT EXPLAINED") != 1 {
				t.Errorf("%v, and not %q for %q alone:\n%s", ok, c.names, c.why, out)
			}
		})
	}
}

// TestTheListNamesWhatCanBeChanged: whoever rewrites a line whose survivor is explained explains it anew. This is known at once; what
// tests notice by now takes make mutation.
func TestTheListNamesWhatCanBeChanged(t *testing.T) {
	t.Chdir("../..")
	known, err := explained(list)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := known.gone()
	if err != nil || len(gone) > 0 || len(known) == 0 {
		t.Errorf("%d are explained; of these no change is: %q, %v", len(known), gone, err)
	}
}

func TestAReasonIsGivenOnce(t *testing.T) {
	for text, want := range map[string]string{
		"# words\n\na\twhy\n": "", "a\n": "has no reason", "a\t \n": "has no reason", "a\twhy\na\twhy\n": "is explained twice",
	} {
		name := filepath.Join(t.TempDir(), "list")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		known, err := explained(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || err == nil && known["a"] != "why" {
			t.Errorf("%q: %v, %v", text, known, err)
		}
	}
}

// TestWhatFailsAsItIsIsNotExamined: every change would look noticed.
func TestWhatFailsAsItIsIsNotExamined(t *testing.T) {
	t.Chdir(t.TempDir())
	examined(t, nil, "a++") // writes the source
	x := examination{io.Discard, nil, func(context.Context, string, change) (end, error) { return killed, nil }}
	if _, err := x.examine(t.Context(), []string{"./p"}, ""); err == nil || !strings.Contains(err.Error(), "fail") {
		t.Errorf("%v", err)
	}
	if _, err := x.examine(t.Context(), []string{"./none"}, ""); err == nil {
		t.Error("a package that is not there is examined")
	}
}
