package vector_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/vector"
)

var update = flag.Bool("update", false, "rewrite testdata")

// folders are the packages with vectors of their own: every adapter that signs, and what people and days are checked by.
func folders(t *testing.T) []string {
	t.Helper()
	found := []string{"calendar", "identity", "provider"}
	for _, name := range slices.Sorted(maps.Keys(all.Registry())) {
		folder := "provider/" + name
		if _, err := os.Stat("../" + folder + "/testdata/vectors.json"); err == nil {
			found = append(found, folder)
		} else if by := signs(t, "../"+folder); by != "" {
			t.Errorf("%s signs by %s and has no vector", folder, by)
		}
	}
	return found
}

// TestIndex prints every vector with who vouches for it to testdata/index.md, to be reviewed as a diff.
func TestIndex(t *testing.T) {
	got := "| package | rule | vouched for | source | vectors |\n| --- | --- | --- | --- | --- |\n"
	for _, folder := range folders(t) {
		vectors, err := vector.Read("../" + folder + "/testdata/vectors.json")
		if err != nil {
			t.Error(err)
		}
		if !mentions(t, "../"+folder, "vector.Run(") {
			t.Errorf("no test of %s runs its vectors", folder)
		}
		count, order := map[string]int{}, []string{}
		for _, v := range vectors {
			row := fmt.Sprintf("| %s | %s | %s | %s |", folder, v.Rule, v.Ground, v.Source)
			if count[row]++; count[row] == 1 {
				order = append(order, row)
			}
			for wrong, why := range misprints() {
				if strings.HasPrefix(v.Want, wrong) {
					t.Errorf("%s: %s expects %s: %s", folder, v.Rule, v.Want, why)
				}
			}
		}
		for _, row := range order {
			got += fmt.Sprintf("%s %d |\n", row, count[row])
		}
	}
	const golden = "testdata/index.md"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the vectors changed; review them and run with -update:\n%s", diff)
	}
}

// misprints are results that vendors print and that fit neither their own input nor their own rule, by their first
// characters.
func misprints() map[string]string {
	return map[string]string{
		"EpslTCitH4JE": "the test of Rapyd's Go sample does not follow Rapyd's rule",
		"af24b22a":     "PayU's sample for Peru does not match its own input",
	}
}

// signs names a call in the package's code by which something is signed or hashed as a proof; empty if there is none.
func signs(t *testing.T, dir string) (by string) {
	t.Helper()
	for _, file := range sources(t, dir, false) {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				switch name := types.ExprString(call.Fun); name {
				case "hmac.New", "sha256.Sum256", "sha256.New", "md5.Sum", "md5.New", "provider.Sign", "provider.Signed":
					by = name
				}
			}
			return true
		})
	}
	return by
}

func sources(t *testing.T, dir string, tests bool) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(dir + "/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", dir, len(names), err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// mentions says whether a test of the package calls something.
func mentions(t *testing.T, dir, call string) (found bool) {
	t.Helper()
	for _, file := range sources(t, dir, true) {
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && types.ExprString(c.Fun)+"(" == call {
				found = true
			}
			return !found
		})
	}
	return found
}

func TestAVectorThatNobodyVouchesForIsNone(t *testing.T) {
	const sound = `[{"rule":"r","ground":"derived","source":"s","in":{"a":"b"},"want":"w"}]`
	for _, c := range [][2]string{{"", ""}, {`"derived"`, `""`}, {`"derived"`, `"rumoured"`}, {`"s"`, `""`}, {`"w"`, `""`}, {`{"a":"b"}`, `{}`}, {`"r"`, `""`}, {"]", ""}} {
		name := t.TempDir() + "/vectors.json"
		if err := os.WriteFile(name, []byte(strings.Replace(sound, c[0], c[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if all, err := vector.Read(name); (err == nil) != (c[0] == "") || (err != nil && all != nil) {
			t.Errorf("%v: %v, %v", c, all, err)
		}
	}
}

// TestWhoSignsIsSeen: the search for signatures finds them where they are, and not where there are none.
func TestWhoSignsIsSeen(t *testing.T) {
	for name, want := range map[string]string{"payu": `^(md5\.Sum|provider\.Sign)$`, "dlocal": `^provider\.Signed?$`, "epayco": `^sha256\.Sum256$`, "ebanx": `^$`} {
		if got := signs(t, "../provider/"+name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s signs by %q", name, got)
		}
	}
}
