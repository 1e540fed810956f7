package lint_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// The check of walks over maps is held to what it must find and to what it must let be.
func TestWhatDependsOnAMapsOrderIsKnown(t *testing.T) {
	for code, found := range map[string]bool{
		`for k, v := range m { to[k] = v + 1 }`:                                       false,
		`for k := range m { to["a"+k] = len(k) }`:                                     false,
		`for k, v := range m { to[k] = to[k] + v; n += v }`:                           false,
		`for k := range m { delete(m, k) }`:                                           false,
		`for k := range m { list = append(list, k) }; slices.Sort(list)`:              false,
		`for _, v := range m { if v < 0 { return false } }`:                           false,
		`for _, v := range m { n = max(n, v) }`:                                       false,
		`for _, k := range slices.Sorted(maps.Keys(m)) { do(k) }`:                     false,
		`for k := range m { do(k) }`:                                                  true,
		`for k := range m { list = append(list, k) }`:                                 true,
		`slices.Sort(list); for k := range m { list = append(list, k) }`:              true,
		`for k := range m { n++; to[k] = n }`:                                         true,
		`for k := range m { to[k] = len(to) }`:                                        true,
		`for k, v := range m { to[k[:1]] = v }`:                                       true,
		`for _, v := range m { n = v }`:                                               true,
		`for _, v := range m { f += float64(v) }`:                                     true,
		`for _, v := range m { if v < 0 { return false }; if v > 9 { return true } }`: true,
		`for _, v := range m { if v < 0 { break }; n += v }`:                          true,
		`for k := range m { text += k }`:                                              true,
		`for k := range maps.Keys(m) { do(k) }`:                                       true,
		`list = slices.Collect(maps.Keys(m)); do(list[0])`:                            true,
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "x.go", `package x
			import ("maps"; "slices")
			func do(string) {}
			func x(m, to map[string]int, list []string, n int, f float64, text string) bool {
				do(slices.Max(slices.Sorted(maps.Keys(to))))
				`+code+`
				return true
			}`, 0)
		if err != nil {
			t.Fatal(err)
		}
		p := typed{fset: fset, info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}}
		if _, err := (&types.Config{Importer: importer.ForCompiler(fset, "source", nil)}).Check("x", fset, []*ast.File{f}, p.info); err != nil {
			t.Fatal(err)
		}
		why := ""
		for _, w := range p.walks(f) {
			why = first(why, w.why)
		}
		if (why != "") != found {
			t.Errorf("%s: found %v (%s)", code, why != "", why)
		}
	}
}
