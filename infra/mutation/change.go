package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// change replaces a few bytes of one file.
type change struct {
	file     string
	from, to int    // bytes
	text     string // that stands there afterwards
	was      string
	line     int
	around   string // the line as it is, so that a change keeps its name when lines move
	nth      int    // of several that read alike
}

// String names the change: file, line as it reads, and what becomes of it.
func (c change) String() string {
	name := fmt.Sprintf("%s: %s: %q becomes %q", filepath.ToSlash(c.file), c.around, c.was, c.text)
	if c.nth > 1 {
		name += fmt.Sprintf(" (%d)", c.nth)
	}
	return name
}

// swaps are what becomes of operators: the nearest mistakes of somebody who writes them.
var swaps = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.MUL},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN}, token.INC: {token.DEC}, token.DEC: {token.INC},
}

// changesOf are the changes of a package, in the order of its files.
func changesOf(dir string) ([]change, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var all []change
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		m := maker{file: name, text: text, files: files, lines: strings.Split(string(text), "\n")}
		ast.Inspect(tree, m.visit)
		all = append(all, m.all...)
	}
	seen := map[string]int{}
	for i, c := range all {
		seen[c.String()]++
		all[i].nth = seen[c.String()]
	}
	return all, nil
}

type maker struct {
	file  string
	text  []byte
	files *token.FileSet
	lines []string
	all   []change
}

func (m *maker) add(from, to token.Pos, text string) {
	at := m.files.Position(from)
	end := m.files.Position(to).Offset
	m.all = append(m.all, change{file: m.file, from: at.Offset, to: end, text: text, was: string(m.text[at.Offset:end]), line: at.Line,
		around: strings.TrimSpace(m.lines[at.Line-1])})
}

func (m *maker) swap(at token.Pos, op token.Token) {
	for _, other := range swaps[op] {
		m.add(at, at+token.Pos(len(op.String())), other.String())
	}
}

// visit makes the changes of one node. Declarations of constants and types are none of them: tests of what is stored or
// shown compare them by their name. Nor is what only a build with broken guards runs: elsewhere it is not compiled.
func (m *maker) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CaseClause:
		if len(n.List) == 1 && broken(n.List[0]) {
			return false
		}
	case *ast.IfStmt:
		if broken(n.Cond) {
			return false
		}
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.BinaryExpr:
		m.swap(n.OpPos, n.Op)
	case *ast.IncDecStmt:
		m.swap(n.TokPos, n.Tok)
	case *ast.UnaryExpr:
		if n.Op == token.NOT || n.Op == token.SUB {
			m.add(n.OpPos, n.OpPos+1, "")
		}
	case *ast.AssignStmt:
		m.swap(n.TokPos, n.Tok)
		if n.Tok == token.ASSIGN && !slices.ContainsFunc(n.Lhs, blank) {
			m.add(n.Pos(), n.TokPos, strings.Repeat("_, ", len(n.Lhs)-1)+"_ ") // nothing is kept
		}
	case *ast.Ident:
		if n.Name == "true" || n.Name == "false" {
			m.add(n.Pos(), n.End(), map[string]string{"true": "false", "false": "true"}[n.Name])
		}
	}
	return true
}

func blank(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && name.Name == "_"
}

// broken says that a condition holds only where a guard is broken on purpose: it begins with mutant.On.
func broken(cond ast.Expr) bool {
	switch cond := cond.(type) {
	case *ast.BinaryExpr:
		return cond.Op == token.LAND && broken(cond.X)
	case *ast.CallExpr:
		of, ok := cond.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		pkg, ok := of.X.(*ast.Ident)
		return ok && pkg.Name == "mutant" && of.Sel.Name == "On"
	}
	return false
}
