package pkg_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// free are the places that run in the world's surroundings and not in it: they may use goroutines and the wall clock.
func free(file string) bool {
	for _, prefix := range []string{"aws/", "recon/", "sim/", "proof/"} {
		if strings.HasPrefix(file, prefix) {
			return true
		}
	}
	return strings.HasSuffix(file, "_test.go") || strings.HasSuffix(path.Dir(file), "test")
}

// TestHandlersStayOnTheLoop: what runs inside a function must be replayable, so it starts no goroutine, reads no wall
// clock, draws no global randomness, and costs nothing before it is called.
func TestHandlersStayOnTheLoop(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") || free(filepath.ToSlash(file)) {
			return err
		}
		seen++
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine", set.Position(n.Pos()))
			case *ast.SelectorExpr:
				if name, ok := banned(n); ok {
					t.Errorf("%s uses %s", set.Position(n.Pos()), name)
				}
			}
			return true
		})
		for _, d := range parsed.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				ast.Inspect(g, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok && name(s) == "regexp.MustCompile" {
						t.Errorf("%s compiles a regexp at every start", set.Position(s.Pos()))
					}
					return true
				})
			}
		}
		return nil
	})
	if err != nil || seen < 80 {
		t.Fatalf("%d files read, %v", seen, err)
	}
}

func banned(s *ast.SelectorExpr) (string, bool) {
	switch n := name(s); n {
	case "time.Now", "time.Since", "time.Until", "time.After", "time.AfterFunc", "time.NewTimer", "time.NewTicker", "time.Sleep",
		"context.WithTimeout", "context.WithDeadline", "httputil.DumpRequestOut", "http.DefaultClient",
		"rand.Int", "rand.IntN", "rand.Int64", "rand.Float64", "rand.Perm", "rand.Shuffle", "rand.Read", "rand.Uint64":
		return n, true
	}
	return "", false
}

func name(s *ast.SelectorExpr) string {
	if x, ok := s.X.(*ast.Ident); ok {
		return x.Name + "." + s.Sel.Name
	}
	return ""
}
