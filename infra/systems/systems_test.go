package systems_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/infra/openapi"
	"github.com/vuelto/vuelto/infra/systems"
)

const repo = "../.."

var update = flag.Bool("update", false, "print README.md anew")

// open is how many lines of each system nothing shows. A line that is shown now lowers its number here, so that it cannot be
// lost again unseen.
var open = map[string]int{"S0": 0, "S1": 0, "S2": 0, "S3": 0, "S4": 0}

func read(t *testing.T) systems.Table {
	t.Helper()
	table, err := systems.Read()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// found is what the repository has of what lines may name.
type found struct {
	tests    map[string]string // folder.TestName: path of its file
	routes   map[string]bool
	commands map[string]bool
	sections map[string]bool // headings of the README with a block that is run
}

func look(t *testing.T) found {
	t.Helper()
	f := found{tests: map[string]string{}, routes: map[string]bool{}, commands: map[string]bool{}, sections: map[string]bool{}}
	for _, top := range []string{"infra", "pkg"} {
		err := filepath.WalkDir(filepath.Join(repo, top), func(path string, e fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			return f.testsOf(path)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var api struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(openapi.Document(), &api); err != nil {
		t.Fatal(err)
	}
	for path, methods := range api.Paths {
		for method := range methods {
			f.routes[strings.ToUpper(method)+" "+path] = true
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9]+):`).FindAllSubmatch(file(t, "Makefile"), -1) {
		f.commands["make "+string(m[1])] = true
	}
	for _, section := range strings.Split(string(file(t, "README.md")), "\n## ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		f.sections[heading] = strings.Contains(text, "```sh\n")
	}
	return f
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// testsOf notes the tests of a file that make test runs: not of one that is built with a tag only.
func (f found) testsOf(path string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, group := range parsed.Comments {
		if group.Pos() < parsed.Package && strings.Contains(group.List[0].Text, "//go:build") {
			return nil
		}
	}
	rel, err := filepath.Rel(repo, path)
	if err != nil {
		return err
	}
	rel = filepath.ToSlash(rel)
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
			f.tests[rel[:strings.LastIndex(rel, "/")]+"."+fn.Name.Name] = rel
		}
	}
	return nil
}

// faults are what is wrong with one line.
func (f found) faults(l systems.Line, known map[string]bool) (all []string) {
	fault := func(wrong bool, format string, args ...any) {
		if wrong {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	fault(l.ID == "" || l.Gains == "" || len(l.Of) == 0, "a line lacks its name, its gain or its systems: %+v", l)
	for _, system := range l.Of {
		fault(!known[system], "is of %s, which is none", system)
	}
	shown := false // in the stack of make run
	for _, name := range l.Tests {
		fault(f.tests[name] == "", "there is no test %s that make test runs", name)
		shown = shown || strings.HasPrefix(name, "pkg/story.")
	}
	for _, name := range l.Routes {
		fault(!f.routes[name], "openapi.json describes no %s", name)
	}
	for _, name := range l.Commands {
		fault(!f.commands[name], "the Makefile has no %s", name)
	}
	for _, name := range l.Readme {
		runs, there := f.sections[name]
		fault(!there, "the README has no part %q", name)
		fault(there && !runs, "no block of the README's %q is run", name)
		shown = shown || runs
	}
	story := slices.ContainsFunc(l.Tests, func(name string) bool { return strings.HasPrefix(name, "pkg/story.") })
	fault(len(l.Routes) > 0 && !story, "names routes, and no story that calls them")
	switch {
	case l.NotMet != "":
		fault(len(l.Tests)+len(l.Routes)+len(l.Commands)+len(l.Readme) > 0 || l.Deployed != "", "is not met, and shown all the same")
	case l.Deployed != "":
		fault(len(l.Tests) == 0, "no test holds what only a deployed stack has")
	default:
		fault(!shown, "neither a story nor the README shows it in the stack of make run")
	}
	return all
}

func TestEveryLineIsShownByWhatIsThere(t *testing.T) {
	table, f, known, ids := read(t), look(t), map[string]bool{}, map[string]bool{}
	for _, s := range table.Systems {
		known[s.ID] = true
	}
	if want := slices.Sorted(maps.Keys(open)); !slices.Equal(slices.Sorted(maps.Keys(known)), want) {
		t.Errorf("the systems are %v", want)
	}
	for _, l := range table.Lines {
		if ids[l.ID] {
			t.Errorf("%s is there twice", l.ID)
		}
		ids[l.ID] = true
		for _, fault := range f.faults(l, known) {
			t.Errorf("%s: %s", l.ID, fault)
		}
	}
	for system, want := range open {
		if got := table.NotMet(system); got != want {
			t.Errorf("%d lines of %s are not met, %d are known", got, system, want)
		}
	}
}

// TestLinesThatShowNothing: each way in which a line could only seem to be shown is found.
func TestLinesThatShowNothing(t *testing.T) {
	f, known := look(t), map[string]bool{"S0": true}
	good := systems.Line{ID: "x", Of: []string{"S0"}, Gains: "y", Tests: []string{"pkg/story.TestRoundTrip"}, Routes: []string{"POST /v1/refunds"}, Commands: []string{"make run"}, Readme: []string{"Start"}}
	for says, spoil := range map[string]func(*systems.Line){
		"no test pkg/story.TestGone":   func(l *systems.Line) { l.Tests[0] = "pkg/story.TestGone" },
		"no test infra/e2e.TestDeploy": func(l *systems.Line) { l.Tests = append(l.Tests, "infra/e2e.TestDeploy") },
		"no test pkg/story.start":      func(l *systems.Line) { l.Tests = append(l.Tests, "pkg/story.start") },
		"describes no GET /v1/nowhere": func(l *systems.Line) { l.Routes[0] = "GET /v1/nowhere" },
		"has no make tea":              func(l *systems.Line) { l.Commands[0] = "make tea" },
		`no part "Weather"`:            func(l *systems.Line) { l.Readme[0] = "Weather" },
		"no block of the README's":     func(l *systems.Line) { l.Readme[0] = "What is simulated" },
		"neither a story nor the":      func(l *systems.Line) { l.Tests, l.Readme, l.Routes = nil, nil, nil },
		"shows it in the stack":        func(l *systems.Line) { l.Tests, l.Readme, l.Routes = []string{"pkg/money.TestParseMinor"}, nil, nil },
		"and no story that calls them": func(l *systems.Line) { l.Tests = nil },
		"is not met, and shown":        func(l *systems.Line) { l.NotMet = "later" },
		"what only a deployed stack":   func(l *systems.Line) { l.Deployed, l.Tests, l.Routes = "so", nil, nil },
		"S9, which is none":            func(l *systems.Line) { l.Of = []string{"S9"} },
		"lacks its name, its gain or":  func(l *systems.Line) { l.Of = nil },
	} {
		l := good
		l.Tests, l.Routes, l.Commands, l.Readme = slices.Clone(good.Tests), slices.Clone(good.Routes), slices.Clone(good.Commands), slices.Clone(good.Readme)
		if faults := f.faults(l, known); len(faults) > 0 {
			t.Fatalf("unspoilt: %v", faults)
		}
		spoil(&l)
		if faults := strings.Join(f.faults(l, known), "; "); !strings.Contains(faults, says) {
			t.Errorf("%q is not among what was found: %s", says, faults)
		}
	}
}

func TestThePageIsPrintedFromTheLines(t *testing.T) {
	page := print(read(t), look(t))
	if *update {
		if err := os.WriteFile("README.md", page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := file(t, "infra/systems/README.md"); !bytes.Equal(got, page) {
		t.Error("README.md is not what lines.json says: go test ./infra/systems -update")
	}
}

// print is the page: a table for each system, what is not met first said in numbers.
func print(table systems.Table, f found) []byte {
	var b bytes.Buffer
	b.WriteString("# Line by line\n\nWhat the five systems that Vuelto takes the place of give their users, and what shows each line: tests that `make test`\n" +
		"runs (those of `pkg/story` over HTTP, in the stack of `make run`), parts of the README whose blocks are run, routes that the\n" +
		"named stories call with success, and commands. Printed from `lines.json`; tests hold each line against the code.\n")
	for _, s := range table.Systems {
		var mine []systems.Line
		for _, l := range table.Lines {
			if slices.Contains(l.Of, s.ID) {
				mine = append(mine, l)
			}
		}
		fmt.Fprintf(&b, "\n## %s: %s\n\n%d lines, %d of them not met.\n\n| | what a user gets | shown by |\n|---|---|---|\n", s.ID, s.Name, len(mine), table.NotMet(s.ID))
		for _, l := range mine {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", l.ID, l.Gains, shownBy(l, f))
		}
	}
	return b.Bytes()
}

func shownBy(l systems.Line, f found) string {
	if l.NotMet != "" {
		return "**not met**: " + l.NotMet
	}
	var parts []string
	for _, name := range l.Tests {
		parts = append(parts, fmt.Sprintf("[%s](../../%s)", name[strings.LastIndex(name, ".")+1:], f.tests[name]))
	}
	for _, name := range l.Readme {
		anchor := strings.ReplaceAll(strings.ToLower(strings.ReplaceAll(name, ",", "")), " ", "-")
		parts = append(parts, fmt.Sprintf("[README: %s](../../README.md#%s)", name, anchor))
	}
	for _, name := range slices.Concat(l.Routes, l.Commands) {
		parts = append(parts, "`"+name+"`")
	}
	if l.Deployed != "" {
		parts = append(parts, "deployed only: "+l.Deployed)
	}
	return strings.Join(parts, ", ")
}
