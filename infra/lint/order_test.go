package lint_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A map is walked in another order each time. Where the order reaches a draw, a write, a message or a report, a seed does not replay and two
// machines differ on what they saw. So a walk over a map has to be one of which it can be seen that order does not matter, or says
// above itself, after "any order:", why it does not.
func TestNoMapDecidesAnOrder(t *testing.T) {
	walks := 0
	for _, p := range packages(t) {
		if strings.HasSuffix(p.path, "test") { // suites, which run against real stores
			continue
		}
		for _, f := range p.files {
			said := p.said(f)
			for _, w := range p.walks(f) {
				walks++
				if w.why != "" && !p.reasoned(w.at, said) {
					t.Errorf("%s: %s", p.at(w.at), w.why)
				}
			}
		}
	}
	if walks < 20 {
		t.Errorf("only %d walks over maps found", walks)
	}
}

// said are the lines with a reason why order does not matter.
func (p typed) said(f *ast.File) map[int]bool {
	lines := map[int]bool{}
	for _, group := range f.Comments {
		for _, c := range group.List {
			if reason, ok := strings.CutPrefix(c.Text, "// any order: "); ok && len(reason) > 10 {
				lines[p.fset.Position(group.End()).Line] = true
			}
		}
	}
	return lines
}

// reasoned says whether there is a reason above a walk or behind its head.
func (p typed) reasoned(n ast.Node, said map[int]bool) bool {
	last := n.Pos()
	if r, ok := n.(*ast.RangeStmt); ok {
		last = r.Body.Lbrace
	}
	for line := p.fset.Position(n.Pos()).Line - 1; line <= p.fset.Position(last).Line; line++ {
		if said[line] {
			return true
		}
	}
	return false
}

// walk is a place that sees a map in an order of the map's choosing; why says what may depend on it, "" if nothing does.
type walk struct {
	at  ast.Node
	why string
}

// walks are those of a file.
func (p typed) walks(f *ast.File) (found []walk) {
	var above []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			above = above[:len(above)-1]
			return true
		}
		switch n := n.(type) {
		case *ast.RangeStmt:
			if _, ok := p.info.TypeOf(n.X).Underlying().(*types.Map); ok {
				found = append(found, walk{n, p.depends(n, enclosing(above))})
			}
		case *ast.CallExpr:
			switch name := p.function(n); name {
			case "maps.Keys", "maps.Values", "maps.All":
				outer, _ := above[len(above)-1].(*ast.CallExpr)
				why := name + " yields in any order: sort it where it is asked for, with slices.Sorted"
				if outer != nil && slices.Contains([]string{"slices.Sorted", "slices.SortedFunc", "maps.Collect"}, p.function(outer)) {
					why = ""
				}
				found = append(found, walk{n, why})
			case "(reflect.Value).MapRange", "(reflect.Value).MapKeys", "(*sync.Map).Range":
				found = append(found, walk{n, name + " goes in any order"})
			}
		}
		above = append(above, n)
		return true
	})
	return found
}

// enclosing is the body of the innermost function.
func enclosing(above []ast.Node) *ast.BlockStmt {
	for _, n := range slices.Backward(above) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return n.Body
		case *ast.FuncLit:
			return n.Body
		}
	}
	return nil
}

// body is a walk's, as far as it has been judged.
type body struct {
	typed
	walk    *ast.RangeStmt
	within  *ast.BlockStmt
	locals  map[types.Object]bool
	written map[string]bool   // what outlives a round, as it is written: it may not be read in between
	places  map[ast.Expr]bool // where it is written
	answers map[string]bool   // what is returned, where all of it is constant
}

// depends says what in a walk's body may depend on the order, "" if nothing does.
func (p typed) depends(r *ast.RangeStmt, within *ast.BlockStmt) string {
	b := body{p, r, within, map[types.Object]bool{}, map[string]bool{}, map[ast.Expr]bool{}, map[string]bool{}}
	if r.Tok == token.ASSIGN {
		return "the loop's variables are another's"
	}
	if why := first(b.declare(r.Key, r.Value), b.block(r.Body)); why != "" {
		return why
	}
	if len(b.answers) > 1 || len(b.answers) == 1 && len(b.written) > 0 {
		return "which return is reached first"
	}
	why := ""
	ast.Inspect(r.Body, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok || b.places[e] {
			return !ok
		}
		if i, ok := e.(*ast.IndexExpr); ok && b.key(i.Index) { // what this round alone writes
			b.places[i.X] = true
		}
		if b.written[types.ExprString(e)] {
			why = types.ExprString(e) + " is read while it is being added up"
		}
		return true
	})
	return why
}

func (b body) block(s *ast.BlockStmt) string {
	for _, s := range s.List {
		if why := b.statement(s); why != "" {
			return why
		}
	}
	return ""
}

func (b body) statement(s ast.Stmt) string {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt:
		return ""
	case *ast.BlockStmt:
		return b.block(s)
	case *ast.BranchStmt:
		if s.Tok == token.CONTINUE {
			return ""
		}
		return "a " + s.Tok.String() + " ends it somewhere"
	case *ast.IfStmt:
		return first(b.statement(s.Init), b.pure(s.Cond), b.block(s.Body), b.statement(s.Else))
	case *ast.SwitchStmt:
		why := first(b.statement(s.Init), b.pure(s.Tag))
		for _, c := range s.Body.List {
			c := c.(*ast.CaseClause)
			for _, e := range c.List {
				why = first(why, b.pure(e))
			}
			why = first(why, b.block(&ast.BlockStmt{List: c.Body}))
		}
		return why
	case *ast.RangeStmt:
		return first(b.pure(s.X), b.declare(s.Key, s.Value), b.block(s.Body))
	case *ast.IncDecStmt:
		return b.add(s.X)
	case *ast.ReturnStmt:
		return b.answer(s)
	case *ast.ExprStmt:
		if c, ok := s.X.(*ast.CallExpr); ok && b.function(c) == "delete" && b.key(c.Args[1]) {
			return b.write(c.Args[0])
		}
	case *ast.DeclStmt:
		return b.variables(s)
	case *ast.AssignStmt:
		return b.assign(s)
	}
	return "what it does, it does in the map's order"
}

func first(whys ...string) string {
	for _, why := range whys {
		if why != "" {
			return why
		}
	}
	return ""
}

func (b body) declare(names ...ast.Expr) string {
	for _, n := range names {
		if id, ok := n.(*ast.Ident); ok && b.info.Defs[id] != nil {
			b.locals[b.info.Defs[id]] = true
		} else if n != nil && (!ok || id.Name != "_") {
			return "the loop's variables are another's"
		}
	}
	return ""
}

func (b body) variables(s *ast.DeclStmt) string {
	for _, spec := range s.Decl.(*ast.GenDecl).Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok || len(v.Values) > 0 {
			return "a declaration with a value"
		}
		for _, n := range v.Names {
			b.locals[b.info.Defs[n]] = true
		}
	}
	return ""
}

// local says whether what is assigned to ends with the round: a variable made in it, or a field of such a one that is no pointer.
func (b body) local(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "_" || b.locals[b.info.Uses[e]]
	case *ast.SelectorExpr:
		_, pointer := b.info.TypeOf(e.X).Underlying().(*types.Pointer)
		return !pointer && b.local(e.X)
	}
	return false
}

// write notes what outlives the round.
func (b body) write(e ast.Expr) string {
	b.written[types.ExprString(e)], b.places[e] = true, true
	return ""
}

// key says whether an expression is the walk's own key, which no other round has, or a text made of it alone.
func (b body) key(e ast.Expr) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		key, named := b.walk.Key.(*ast.Ident)
		return named && b.info.Uses[e] != nil && b.info.Uses[e] == b.info.Defs[key]
	case *ast.CallExpr:
		return len(e.Args) == 1 && b.info.Types[e.Fun].IsType() && b.key(e.Args[0]) && b.text(e) && b.text(e.Args[0])
	case *ast.BinaryExpr:
		return e.Op == token.ADD && b.text(e) && (b.key(e.X) && b.constant(e.Y) || b.constant(e.X) && b.key(e.Y))
	}
	return false
}

func (b body) text(e ast.Expr) bool {
	basic, ok := b.info.TypeOf(e).Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

func (b body) assign(s *ast.AssignStmt) string {
	for _, e := range s.Rhs {
		if c, ok := e.(*ast.CallExpr); ok && b.function(c) == "append" {
			continue // judged with what it is assigned to
		}
		if why := b.pure(e); why != "" {
			return why
		}
	}
	if s.Tok == token.DEFINE {
		for i, l := range s.Lhs {
			if len(s.Rhs) == len(s.Lhs) && b.pure(s.Rhs[i]) != "" {
				return b.pure(s.Rhs[i])
			}
			if why := b.declare(l); why != "" {
				return why
			}
		}
		return ""
	}
	for i, l := range s.Lhs {
		if b.local(l) {
			continue
		}
		if len(s.Rhs) != len(s.Lhs) {
			return "the last round's " + types.ExprString(l) + " is kept"
		}
		if why := b.set(l, s.Tok, s.Rhs[i]); why != "" {
			return why
		}
	}
	return ""
}

// set judges an assignment to what outlives the round.
func (b body) set(to ast.Expr, op token.Token, value ast.Expr) string {
	call, _ := value.(*ast.CallExpr)
	index, indexed := to.(*ast.IndexExpr)
	switch {
	case op == token.ADD_ASSIGN || op == token.SUB_ASSIGN || op == token.OR_ASSIGN:
		return b.add(to)
	case op != token.ASSIGN:
	case call != nil && b.function(call) == "append" && len(call.Args) > 0 && types.ExprString(call.Args[0]) == types.ExprString(to):
		b.places[call.Args[0]] = true
		for _, a := range call.Args[1:] {
			if why := b.pure(a); why != "" {
				return why
			}
		}
		if indexed && b.key(index.Index) {
			b.places[index.X] = true
			return b.write(index.X)
		}
		if !b.sorted(to) {
			return types.ExprString(to) + " is not sorted afterwards in this function"
		}
		return b.write(to)
	case indexed && b.maps(index.X) && (b.key(index.Index) || b.constant(value)):
		b.places[index.X] = true
		return first(b.pure(index.Index), b.write(index.X))
	case call != nil && (b.function(call) == "max" || b.function(call) == "min") && len(call.Args) == 2 && types.ExprString(call.Args[0]) == types.ExprString(to):
		b.places[call.Args[0]] = true
		return b.write(to)
	}
	return "the last round's " + types.ExprString(to) + " is kept"
}

func (b body) maps(e ast.Expr) bool {
	_, ok := b.info.TypeOf(e).Underlying().(*types.Map)
	return ok
}

func (b body) constant(e ast.Expr) bool {
	if c, ok := e.(*ast.CompositeLit); ok && len(c.Elts) == 0 {
		return true
	}
	return b.info.Types[e].Value != nil || b.info.Types[e].IsNil()
}

// add judges a sum: those of whole numbers come out alike, those of texts and of fractions do not.
func (b body) add(to ast.Expr) string {
	if basic, ok := b.info.TypeOf(to).Underlying().(*types.Basic); !ok || basic.Info()&types.IsInteger == 0 {
		return types.ExprString(to) + " is no sum of whole numbers"
	}
	if index, ok := to.(*ast.IndexExpr); ok && b.maps(index.X) {
		b.places[index.X] = true
		return first(b.pure(index.X), b.pure(index.Index), b.write(index.X))
	}
	return first(b.pure(to), b.write(to))
}

// answer judges a return: the same constants, whichever round it is.
func (b body) answer(s *ast.ReturnStmt) string {
	var all []string
	for _, e := range s.Results {
		if !b.constant(e) {
			return "which return is reached first"
		}
		all = append(all, types.ExprString(e))
	}
	b.answers[strings.Join(all, ", ")] = true
	return ""
}

// sorted says whether the function sorts a slice after the walk.
func (b body) sorted(slice ast.Expr) bool {
	found := false
	ast.Inspect(b.within, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		if !ok || c.Pos() < b.walk.End() || len(c.Args) == 0 || types.ExprString(c.Args[0]) != types.ExprString(slice) {
			return true
		}
		name := b.function(c)
		found = found || strings.HasPrefix(name, "slices.Sort") || strings.HasPrefix(name, "sort.")
		return true
	})
	return found
}

// calm are packages whose functions only compute.
var calm = []string{"strings", "bytes", "strconv", "slices", "maps", "unicode", "cmp", "utf8", "errors"}

// pure says why an expression may do more than compute.
func (b body) pure(e ast.Expr) (why string) {
	if e == nil {
		return ""
	}
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			why = first(why, "a function made in the map's order")
			return false
		case *ast.UnaryExpr:
			if n.Op == token.ARROW {
				why = first(why, "it receives in the map's order")
			}
		case *ast.CallExpr:
			name := b.function(n)
			pkg, _, _ := strings.Cut(strings.TrimLeft(name, "(*"), ".")
			switch {
			case b.info.Types[n.Fun].IsType(), slices.Contains([]string{"len", "cap", "min", "max", "make", "new"}, name):
			case slices.Contains(calm, filepath.Base(pkg)) && !strings.HasPrefix(name, "slices.Sort"), strings.HasPrefix(name, "(time.Time)."):
			default:
				why = first(why, "it calls "+types.ExprString(n.Fun)+" in the map's order")
			}
		}
		return true
	})
	return why
}
