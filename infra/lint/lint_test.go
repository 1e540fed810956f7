// Package lint_test holds the house's rules that no general tool knows. Each failure says which rule and why.
package lint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/telemetry"
)

const repo = "../.."

// The sizes that keep a file readable in one go.
const (
	maxFileLines     = 500
	maxFunctionLines = 60
	maxMethods       = 3
	maxMainLines     = 40
)

// source is one Go file of ours.
type source struct {
	path string // from the root, with slashes
	text []byte
	fset *token.FileSet
	file *ast.File
}

func (s source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) in(prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s.path, p) })
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, top := range []string{"functions", "infra", "pkg"} {
		err := filepath.WalkDir(filepath.Join(repo, top), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(repo, path)
			if err != nil {
				return err
			}
			s := source{path: filepath.ToSlash(rel), text: text, fset: token.NewFileSet()}
			s.file, err = parser.ParseFile(s.fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
			all = append(all, s)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 50 {
		t.Fatalf("only %d files found", len(all))
	}
	return all
}

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		lines := strings.Count(string(s.text), "\n")
		if lines > maxFileLines {
			t.Errorf("%s has %d lines, at most %d", s.path, lines, maxFileLines)
		}
		if s.in("functions/") && lines > maxMainLines {
			t.Errorf("%s has %d lines, at most %d: what it decides belongs in pkg/bundle", s.path, lines, maxMainLines)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if long := s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line; long >= maxFunctionLines && !s.test() {
					t.Errorf("%s: %s has %d lines, at most %d", s.at(n), n.Name.Name, long+1, maxFunctionLines)
				}
			case *ast.InterfaceType:
				if n.Methods.NumFields() > maxMethods && !s.test() && !s.in("pkg/sim", "pkg/provider/simnet", "pkg/mem") {
					t.Errorf("%s: an interface of %d methods, at most %d: ask for the least", s.at(n), n.Methods.NumFields(), maxMethods)
				}
			}
			return true
		})
	}
}

// The simulator runs everything on one thread and one clock. Whatever reads another clock, starts a goroutine or draws
// from a global generator there makes a run that cannot be repeated.
func TestNothingOnTheLoopEscapesIt(t *testing.T) {
	banned := map[string][]string{
		"time":         {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"},
		"math/rand":    {"*"},
		"math/rand/v2": {"Float64", "IntN", "Int64N", "Int", "N", "Shuffle", "Perm", "Uint64"},
		"crypto/rand":  {"*"},
		"context":      {"WithTimeout", "WithDeadline", "AfterFunc"},
	}
	allowed := []string{"pkg/aws/", "pkg/recon", "pkg/sim/serve.go", "pkg/sim/clock.go", "pkg/sim/loop.go"}
	for _, s := range sources(t) {
		suite := strings.HasSuffix(filepath.Dir(s.path), "test") // runs against real stores, on real time
		if !s.in("pkg/") || s.test() || suite || s.in(allowed...) {
			continue
		}
		names := imported(s.file)
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a goroutine", s.at(n))
			case *ast.SelectorExpr:
				id, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				if b := banned[names[id.Name]]; slices.Contains(b, n.Sel.Name) || slices.Contains(b, "*") {
					t.Errorf("%s: %s.%s", s.at(n), id.Name, n.Sel.Name)
				}
			}
			return true
		})
	}
}

// imported maps the names of a file's imports to their paths.
func imported(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, i := range f.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		name := filepath.Base(path)
		if name == "v2" {
			name = filepath.Base(filepath.Dir(path))
		}
		if i.Name != nil {
			name = i.Name.Name
		}
		names[name] = path
	}
	return names
}

// A function pays for package-level work at every cold start, whether or not it is used.
func TestNothingIsCompiledAtStart(t *testing.T) {
	for _, s := range sources(t) {
		if !s.in("pkg/", "functions/") || s.test() {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					t.Errorf("%s: func init: register explicitly, where it is used", s.at(d))
				}
			case *ast.GenDecl:
				ast.Inspect(d, func(n ast.Node) bool {
					if _, ok := n.(*ast.FuncLit); ok {
						return false // runs when it is called
					}
					if c, ok := n.(*ast.CallExpr); ok {
						if f, ok := c.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "MustCompile" {
							t.Errorf("%s: a regular expression compiled at every start", s.at(c))
						}
					}
					if c, ok := n.(*ast.CompositeLit); ok && len(c.Elts) > 100 {
						t.Errorf("%s: a table of %d entries built at every start", s.at(c), len(c.Elts))
					}
					return true
				})
			}
		}
	}
}

// Logs have a closed list of fields; see telemetry.Fields.
func TestLogFieldsAreKnown(t *testing.T) {
	known, seen := telemetry.Fields(), 0
	call := regexp.MustCompile(`^(Debug|Info|Warn|Error|Log)(Context)?$`)
	for _, s := range sources(t) {
		if !s.in("pkg/", "functions/") || s.test() || s.in("pkg/sim/") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := c.Fun.(*ast.SelectorExpr)
			if !ok || !call.MatchString(f.Sel.Name) || !logger(f.X) {
				return true
			}
			for i, key := range keys(c, f.Sel.Name) {
				seen++
				if name, ok := literal(key); !ok || !slices.Contains(known, name) {
					t.Errorf("%s: field %d (%s) is not in telemetry.Fields, so it would not be written", s.at(c), i+1, name)
				}
			}
			return true
		})
	}
	if seen < 20 {
		t.Errorf("only %d fields found: has the logger another name?", seen)
	}
}

func logger(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return strings.EqualFold(e.Sel.Name, "log")
	case *ast.Ident:
		return strings.EqualFold(e.Name, "log")
	}
	return false
}

// keys are the names among a call's arguments: every other one after the message.
func keys(c *ast.CallExpr, name string) (keys []ast.Expr) {
	first := 1 // after the message
	switch {
	case name == "Log":
		first = 3 // context, level, message
	case strings.HasSuffix(name, "Context"):
		first = 2
	}
	for i := first; i < len(c.Args); i += 2 {
		keys = append(keys, c.Args[i])
	}
	return keys
}

func literal(e ast.Expr) (string, bool) {
	b, ok := e.(*ast.BasicLit)
	if !ok || b.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(b.Value)
	return s, err == nil
}

// A number with a fraction cannot hold money.
func TestNoFloatsNearMoney(t *testing.T) {
	for _, s := range sources(t) {
		// A spreadsheet's cells are binary fractions whatever we write; report.go uses one only where it prints back alike.
		if s.test() || s.path == "pkg/recon/report.go" || !s.in("pkg/money", "pkg/payment", "pkg/disbursement", "pkg/settlement", "pkg/ledger", "pkg/rate", "pkg/reconciliation", "pkg/recon", "pkg/api") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && (id.Name == "float64" || id.Name == "float32" || id.Name == "ParseFloat") {
				t.Errorf("%s: %s", s.at(id), id.Name)
			}
			return true
		})
	}
}

// What is not done is an issue, not a remark.
func TestNothingIsLeftForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			if m := later.FindString(group.Text()); m != "" {
				t.Errorf("%s: %s", s.at(group), m)
			}
		}
	}
}
