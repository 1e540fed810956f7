package all_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/provider/all"
)

// TestEveryStatusThatIsReadIsTranslated looks through each adapter's source for the status words that it tells apart: in
// switches over a status, a state or a name, and in tables from a word to a claim. The suite finds only those that the
// simulated providers happen to say.
func TestEveryStatusThatIsReadIsTranslated(t *testing.T) {
	for name, entry := range all.Registry() {
		words := entry.Words()
		found := 0
		for word, where := range statuses(t, "../"+name) {
			found++
			if m, ok := words.Of(word); !ok || m.ES == "" || m.EN == "" || m.ZH == "" {
				t.Errorf("%s: %s reads %q, which has no meaning in three languages", name, where, word)
			}
		}
		if found < 3 {
			t.Errorf("%s: only %d status words found: the adapter reads them in a way that this test does not see", name, found)
		}
	}
}

// statuses are the words that a package tells apart, each with where.
func statuses(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	files := token.NewFileSet()
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, dir+"/"+e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, lit := range wordsOf(n) {
				if word, err := strconv.Unquote(lit.Value); err == nil && word != "" {
					found[word] = files.Position(lit.Pos()).String()
				}
			}
			return true
		})
	}
	return found
}

// wordsOf are the status words in one switch or table.
func wordsOf(n ast.Node) []*ast.BasicLit {
	var words []*ast.BasicLit
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			words = append(words, lit)
		}
	}
	switch n := n.(type) {
	case *ast.SwitchStmt:
		if n.Tag != nil && slices.ContainsFunc([]string{".Status", ".State", "status", "state"}, func(tail string) bool { return strings.HasSuffix(types.ExprString(n.Tag), tail) }) {
			for _, c := range n.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					take(e)
				}
			}
		}
		for _, c := range n.Body.List {
			for _, e := range c.(*ast.CaseClause).List {
				if b, ok := e.(*ast.BinaryExpr); ok && n.Tag == nil && b.Op == token.EQL && slices.Contains([]string{"name", "e.EventType"}, types.ExprString(b.X)) {
					take(b.Y)
				}
			}
		}
	case *ast.CompositeLit:
		if m, ok := n.Type.(*ast.MapType); ok && strings.HasSuffix(types.ExprString(m.Value), ".Claim") {
			for _, e := range n.Elts {
				take(e.(*ast.KeyValueExpr).Key)
			}
		}
	}
	return words
}
