package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/catalogue"
)

// codes are the error codes that the sources of this package name: where a code is said, the table of decisions, faults of
// fields.
func codes(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, dir := range []string{".", "../counter"} {
		found, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		files = append(files, found...)
	}
	var found []string
	say := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			code, _ := strconv.Unquote(lit.Value)
			found = append(found, code)
		}
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr: // f.check(ok, code, pointer, detail)
				if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "check" && len(n.Args) == 4 {
					say(n.Args[1])
				}
			case *ast.KeyValueExpr: // Problem{Code: …}
				if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Code" {
					say(n.Value)
				}
			case *ast.AssignStmt: // code := …
				for i, l := range n.Lhs {
					if id, ok := l.(*ast.Ident); ok && id.Name == "code" && i < len(n.Rhs) {
						say(n.Rhs[i])
					}
				}
			case *ast.CompositeLit: // a row of decisions: error, status, code, …
				if len(n.Elts) > 2 {
					if status, ok := n.Elts[1].(*ast.BasicLit); ok && status.Kind == token.INT {
						say(n.Elts[2])
					}
				}
			}
			return true
		})
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestEveryErrorHasWords in every language, and no words are for a code that nothing says.
func TestEveryErrorHasWords(t *testing.T) {
	said := codes(t)
	if len(said) < 30 {
		t.Fatalf("only %d codes found: %v", len(said), said)
	}
	elsewhere := []string{"temporarily_unavailable"} // of the webhooks' door
	for _, code := range said {
		if _, ok := catalogue.Find(catalogue.Errors, code, "en"); !ok {
			t.Errorf("pkg/catalogue/errors.json has no words for %s", code)
		}
	}
	for _, code := range catalogue.Codes(catalogue.Errors) {
		if !slices.Contains(said, code) && !slices.Contains(elsewhere, code) {
			t.Errorf("nothing says %s", code)
		}
	}
}

// TestProblemsSpeakTheCallersLanguage and lead to a page that says the same.
func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	r := open(t)
	for accept, want := range map[string]string{"": "Nothing has this id", "es-CO": "Nada tiene este identificador", "zh-CN,en;q=0.5": "没有此编号"} {
		req := httptest.NewRequest(http.MethodGet, "/v1/refunds/x", nil)
		req.Header.Set("Authorization", "Bearer sk_test_admin")
		req.Header.Set("Accept-Language", accept)
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, req)
		if !strings.Contains(w.Body.String(), `"title":"`+want+`"`) || code(w) != "not_found" {
			t.Errorf("%q: %s", accept, w.Body)
		}
		page := httptest.NewRequest(http.MethodGet, "/docs/errors/not_found", nil)
		page.Header.Set("Accept-Language", accept)
		w = httptest.NewRecorder()
		r.handler.ServeHTTP(w, page)
		if first, _, _ := strings.Cut(w.Body.String(), "</section>"); w.Code != 200 || !strings.Contains(first, want) {
			t.Errorf("%q: %d %s", accept, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/docs/errors/nothing", "/docs/statuses/payment.paid", "/docs/events/refund.paid", "/docs/events/payment.pending", "/docs/x/not_found", "/docs/errors/%3Cscript%3E"} {
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if want := map[bool]int{true: 200, false: 404}[strings.HasSuffix(path, ".paid")]; w.Code != want || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
