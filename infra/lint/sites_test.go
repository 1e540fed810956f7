package lint_test

import (
	"go/ast"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is what all names of ours begin with.
const module = "github.com/vuelto/vuelto/pkg/"

// handing are the packages that only hand an I/O on, as the simulator has it (pkg/proof/asker.go): who calls them asks.
var handing = []string{"store", "mem", "job", "file", "port", "telemetry", "provider"}

// beside are packages that ask nothing of the simulator's ports: the ports themselves, in a stack and in the simulator, and what runs on one machine.
var beside = []string{"aws", "sim", "proof", "recon", "sandbox"}

// within says whether a function's package is one of them. Those of "provider" are the adapters, which ask for themselves.
func within(name string, packages []string) bool {
	dot := strings.LastIndexByte(name, '/') + 1
	pkg := name[:dot+strings.IndexByte(name[dot:], '.')]
	return slices.ContainsFunc(packages, func(p string) bool { return pkg == p || p != "provider" && strings.HasPrefix(pkg, p+"/") })
}

// written is a function's name as the coverage table has it.
func written(f *types.Func) string {
	f = f.Origin()
	if f.Pkg() == nil || !strings.HasPrefix(f.Pkg().Path(), module) {
		return ""
	}
	name := strings.TrimPrefix(f.Pkg().Path(), module) + "."
	if r := f.Signature().Recv(); r != nil {
		of := types.Unalias(r.Type())
		pointer, isPointer := of.(*types.Pointer)
		if isPointer {
			of = pointer.Elem()
		}
		named, ok := of.(*types.Named)
		switch {
		case !ok:
			return ""
		case isPointer:
			name += "(*" + named.Obj().Name() + ")."
		default:
			name += named.Obj().Name() + "."
		}
	}
	return name + f.Name()
}

// port says whether a method is one of a port's: of an interface, whoever declares it, with what only a port is given.
func port(f *types.Func) bool {
	s := f.Signature()
	if s.Recv() == nil || !types.IsInterface(s.Recv().Type()) {
		return false
	}
	var given []string
	for v := range s.Params().Variables() {
		given = append(given, strings.ReplaceAll(v.Type().String(), module, ""))
	}
	switch call := f.Name() + "(" + strings.Join(given, ", ") + ")"; call {
	case "Get(context.Context, store.Key)", "Query(context.Context, store.Query)", "Commit(context.Context, []store.Write)",
		"Send(context.Context, job.Job, time.Duration)",
		"Put(context.Context, string, []byte)", "Lock(context.Context, string, []byte, time.Time)", "Get(context.Context, string)",
		"Open(context.Context, string)", "Copy(context.Context, string, string, string)",
		"Do(*net/http.Request)", "RoundTrip(*net/http.Request)":
		return true
	}
	return false
}

// uses are what each function of ours uses: which functions, and whether a port.
func uses(t *testing.T) (calls map[string][]string, asks map[string]bool) {
	calls, asks = map[string][]string{}, map[string]bool{}
	for _, p := range packages(t) {
		if strings.HasSuffix(p.path, "test") || strings.HasSuffix(p.path, "sim") {
			continue
		}
		for _, f := range p.files {
			for _, d := range f.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				name := written(p.info.Defs[decl.Name].(*types.Func))
				ast.Inspect(decl, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok {
						return true
					}
					used, ok := p.info.Uses[id].(*types.Func)
					switch {
					case !ok:
					case port(used), used.FullName() == "(*net/http.Client).Do":
						asks[name] = true
					default:
						calls[name] = append(calls[name], written(used))
					}
					return true
				})
			}
		}
	}
	return calls, asks
}

// asking are the functions of the product that ask for an I/O, be it through one that only hands it on.
func asking(t *testing.T) []string {
	calls, asks := uses(t)
	for more := true; more; {
		more = false
		for name, used := range calls {
			if !asks[name] && slices.ContainsFunc(used, func(u string) bool { return u != "" && asks[u] && within(u, handing) }) {
				asks[name], more = true, true
			}
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(asks)), func(name string) bool { return within(name, handing) || within(name, beside) })
}

// beyond are functions that ask where the simulator does not come, with a test that comes there.
type beyond struct {
	why  string
	runs map[string]string // function → package and test
}

// Every function of ours that asks the store, the queues, the files or a provider for something is in the simulator's coverage table, or it is said
// why not, and which test runs it all the same. The table alone cannot tell of what it never came to.
func TestEveryFunctionThatAsksIsACallSite(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repo, "pkg/proof/testdata/sites.txt"))
	if err != nil {
		t.Fatal(err)
	}
	listed, said := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		_, by, _ := strings.Cut(strings.TrimSpace(line), " by ")
		listed[by] = true
	}
	all, tests := asking(t), tests(t)
	if len(all) < 150 {
		t.Errorf("only %d functions ask: have the ports other names?", len(all))
	}
	for _, b := range elsewhere() {
		for name, test := range b.runs {
			said[name] = true
			switch {
			case listed[name]:
				t.Errorf("%s is in the coverage table: it needs no other reason", name)
			case !slices.Contains(all, name):
				t.Errorf("%s asks for nothing, or is there no more", name)
			case !tests[test]:
				t.Errorf("%s is run by %s, which does not exist", name, test)
			}
		}
	}
	for _, name := range all {
		if !listed[name] && !said[name] {
			t.Errorf("%s asks for an I/O and is neither in pkg/proof/testdata/sites.txt nor said to be run elsewhere", name)
		}
	}
}

// tests are those there are, by package and name.
func tests(t *testing.T) map[string]bool {
	found := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test() && f.Recv == nil {
				found[filepath.ToSlash(filepath.Dir(s.path))+" "+f.Name.Name] = true
			}
		}
	}
	return found
}
