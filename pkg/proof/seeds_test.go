package proof_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
)

// kept is a seed that once failed: a file of lines "name value". Lines that begin with # say what was wrong.
type kept struct {
	proof.Options
	breaks string // the sentence that it broke, by its name: I1, books, …
}

// read reads a kept seed. Error: a line that says nothing.
func (k *kept) read(text string) error {
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, value, _ := strings.Cut(line, " ")
		if err := k.set(name, value); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
	}
	return nil
}

func (k *kept) set(name, value string) (err error) {
	switch name {
	case "seed":
		k.Seed, err = strconv.ParseUint(value, 10, 64)
	case "n":
		k.N, err = strconv.Atoi(value)
	case "rate":
		k.Rate, err = strconv.ParseFloat(value, 64)
	case "profile":
		k.Profiles = []proof.Profile{proof.Profile(value)}
	case "gateways": // these alone; none = the networks themselves
		k.Direct, k.Gateways = value == "", strings.Fields(value)
	case "only":
		k.Only = proof.Fault(value)
		if !slices.Contains(proof.Faults(), k.Only) {
			err = fmt.Errorf("no such fault")
		}
	case "lose-callbacks":
		k.LoseCallbacks, err = strconv.ParseBool(value)
	case "unstaffed":
		k.Unstaffed, err = strconv.ParseBool(value)
	case "breaks":
		k.breaks = value
		known := func(s string) bool { return strings.HasPrefix(s, value+":") }
		if !slices.ContainsFunc(proof.Sentences(), known) {
			err = fmt.Errorf("no such sentence")
		}
	default:
		err = fmt.Errorf("no such setting")
	}
	return err
}

// What failed once is tried again for ever: each file holds the seed and options of a run that broke a sentence before its cause
// was mended, and small enough to take a moment.
func TestSeedsThatOnceFailed(t *testing.T) {
	files, err := filepath.Glob("testdata/seeds/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			k := kept{Options: options(t)}
			k.Template = unhurried(t, k.Template)
			if err := k.read(string(text)); err != nil {
				t.Fatal(err)
			}
			if k.breaks == "" || len(k.Profiles) == 0 {
				t.Fatal("say what it broke, on which profile")
			}
			if r := run(t, k.Options); r.Accepted == 0 {
				t.Error("nothing was accepted: the seed says nothing")
			}
		})
	}
}

// A setting that is misspelt is no setting left out.
func TestAKeptSeedIsReadStrictly(t *testing.T) {
	for _, text := range []string{"sed 1", "seed one", "only gremlins", "breaks I99", "n many"} {
		if err := new(kept).read(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}
