package template_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	module  = "github.com/vuelto/vuelto/"
	sdk     = "github.com/aws/aws-sdk-go-v2/service/"
	repo    = "../.."
	buildAs = "lambda.norpc" // the tags of make build
)

// listed is what the go command says of a package.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, Deps           []string
}

// pack is one of our packages with the types of all its expressions.
type pack struct {
	listed
	files []*ast.File
	info  *types.Info
	types *types.Package
}

// program is every package that a function links; ours are read from source.
type program struct {
	fset  *token.FileSet
	ours  map[string]*pack
	order []string // of ours, imported before importing
}

// load reads the functions and all they link.
func load(t *testing.T) *program {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-export", "-tags", buildAs, "-json=ImportPath,Dir,Export,GoFiles,Deps", "./functions/...")
	cmd.Dir, cmd.Stderr = repo, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	p := &program{fset: token.NewFileSet(), ours: map[string]*pack{}}
	exports := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var l listed
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		exports[l.ImportPath] = l.Export
		if strings.HasPrefix(l.ImportPath, module) {
			p.ours[l.ImportPath] = &pack{listed: l}
			p.order = append(p.order, l.ImportPath)
		}
	}
	compiled := importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) {
		if exports[path] == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(exports[path])
	})
	for _, path := range p.order {
		if err := p.check(path, compiled); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *program) check(path string, compiled types.Importer) error {
	k := p.ours[path]
	for _, name := range k.GoFiles {
		f, err := parser.ParseFile(p.fset, filepath.Join(k.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		k.files = append(k.files, f)
	}
	k.info = &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	config := types.Config{Importer: imports{p, compiled}}
	var err error
	k.types, err = config.Check(path, p.fset, k.files, k.info)
	return err
}

// imports gives our own packages as read, so that an interface and what implements it are of one world.
type imports struct {
	p        *program
	compiled types.Importer
}

func (i imports) Import(path string) (*types.Package, error) {
	if k, ok := i.p.ours[path]; ok {
		return k.types, nil
	}
	return i.compiled.Import(path)
}
