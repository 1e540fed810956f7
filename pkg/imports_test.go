package pkg_test

import (
	"encoding/json"
	"os/exec"
	"path"
	"strings"
	"testing"
)

const module = "github.com/vuelto/vuelto/"

// row says what the packages that fit a pattern may import of ours. The first row that fits counts; a package that fits
// none fails, so that whoever adds one decides where it stands.
type row struct {
	packages string
	may      []string
}

// Nouns know each other only where one is made of the other.
var (
	ground    = []string{"pkg/money", "pkg/calendar", "pkg/identity", "pkg/store", "pkg/job", "pkg/mutant"}
	machines  = append([]string{"pkg/payment", "pkg/disbursement", "pkg/rate"}, ground...)
	nouns     = append([]string{"pkg/webhook", "pkg/settlement", "pkg/merchant", "pkg/reconciliation", "pkg/ledger", "pkg/event", "pkg/file", "pkg/rate", "pkg/batch", "pkg/discrepancy", "pkg/order"}, machines...)
	verbs     = append([]string{"pkg/provider", "pkg/flow/observe", "pkg/audit", "pkg/notice"}, nouns...)
	adapters  = append([]string{"pkg/provider", "pkg/settlement", "pkg/provider/csvsettlement"}, machines...)
	contracts = []string{"pkg/store", "pkg/job", "pkg/file", "pkg/identity", "pkg/notice"}
)

var rows = []row{
	{"pkg", nil},
	{"pkg/money", nil},
	{"pkg/calendar", nil},
	{"pkg/identity", nil},
	{"pkg/store", nil},
	{"pkg/file", nil},
	{"pkg/sheet", nil},
	{"pkg/catalogue", nil}, // words for people, by code
	{"pkg/vector", nil},    // results that others computed
	{"pkg/mutant", nil},    // guards that a simulator may break, in builds of its own
	{"pkg/job", []string{"pkg/store"}},
	{"pkg/payment", ground},
	{"pkg/disbursement", append([]string{"pkg/rate", "pkg/audit"}, ground...)}, // a refund may have its rate; its history is hashed
	{"pkg/webhook", ground},
	{"pkg/merchant", ground},
	{"pkg/settlement", ground},
	{"pkg/reconciliation", append([]string{"pkg/discrepancy", "pkg/rate"}, ground...)}, // a day with its breaks, and what it is in other currencies
	{"pkg/audit", nil},
	{"pkg/notice", ground},
	{"pkg/event", append([]string{"pkg/audit", "pkg/reconciliation"}, machines...)},
	{"pkg/rate", ground},
	{"pkg/discrepancy", append([]string{"pkg/settlement"}, ground...)}, // a break with what people did about it
	{"pkg/order", append([]string{"pkg/settlement"}, ground...)},       // a further leg, in the same languages
	{"pkg/batch", append([]string{"pkg/sheet"}, machines...)},
	{"pkg/ledger", machines},
	{"pkg/store/storetest", []string{"pkg/store"}},
	{"pkg/file/filetest", []string{"pkg/file"}},
	{"pkg/job/queuetest", []string{"pkg/job", "pkg/store"}},

	{"pkg/provider", append([]string{"pkg/settlement"}, machines...)},
	{"pkg/provider/csvsettlement", append([]string{"pkg/settlement", "pkg/sheet"}, ground...)},
	{"pkg/provider/all", []string{"pkg/provider", "pkg/provider/*"}},
	{"pkg/provider/allsim", []string{"pkg/provider", "pkg/provider/*", "pkg/provider/*/*sim", "pkg/settlement"}},
	{"pkg/provider/simnet", append([]string{"pkg/provider", "pkg/settlement"}, ground...)},
	{"pkg/provider/providertest", append([]string{"pkg/provider/simnet"}, adapters...)},
	{"pkg/provider/*/*sim", append([]string{"pkg/provider", "pkg/provider/simnet", "pkg/settlement"}, ground...)},
	{"pkg/provider/*", adapters}, // every network

	{"pkg/flow/observe", nouns},
	{"pkg/flow/issue", append([]string{"pkg/paper", "pkg/receipt", "pkg/evidence"}, verbs...)},
	{"pkg/flow/*", append([]string{"pkg/sheet"}, verbs...)},
	{"pkg/paper", nil}, // pages for people, of whatever they say
	{"pkg/evidence", []string{"pkg/audit"}},
	{"pkg/receipt", append([]string{"pkg/audit", "pkg/merchant"}, machines...)},
	{"pkg/counter", []string{"pkg/door", "pkg/flow/issue", "pkg/receipt", "pkg/disbursement", "pkg/merchant", "pkg/store"}},
	{"pkg/door", append([]string{"pkg/catalogue", "pkg/merchant"}, ground...)},
	{"pkg/api", append([]string{"pkg/door", "pkg/sheet", "pkg/flow/request", "pkg/flow/run", "pkg/flow/decide", "pkg/flow/ingest", "pkg/catalogue"}, verbs...)},
	{"pkg/sandbox", []string{"pkg/provider", "pkg/provider/allsim", "pkg/provider/simnet", "pkg/calendar", "pkg/store", "pkg/job"}}, // beside a test stack
	{"pkg/port", append([]string{"pkg/provider"}, contracts...)},
	{"pkg/bundle", append([]string{"pkg/api", "pkg/flow/*", "pkg/port"}, verbs...)},
	{"pkg/bundle/issuing", append([]string{"pkg/counter", "pkg/flow/issue", "pkg/port"}, verbs...)},              // without the bundle, which would link all of it
	{"pkg/bundle/finance", append([]string{"pkg/api", "pkg/evidence", "pkg/port", "pkg/flow/decide"}, verbs...)}, // a closed month is a file to verify
	{"pkg/bundle/*", append([]string{"pkg/api", "pkg/bundle", "pkg/port", "pkg/flow/*"}, verbs...)},

	{"pkg/aws/host", append([]string{"pkg/port", "pkg/config", "pkg/telemetry", "pkg/provider", "pkg/aws/*"}, contracts...)},
	{"pkg/aws/*", append([]string{"pkg/aws/*"}, contracts...)},
	{"pkg/mem/*", contracts},
	{"pkg/config", append([]string{"pkg/provider"}, contracts...)},
	{"pkg/telemetry", contracts},
	{"pkg/recon", append([]string{"pkg/provider", "pkg/provider/*", "pkg/sheet"}, nouns...)},
	{"pkg/sim", []string{"infra/openapi", "pkg/*", "pkg/bundle/*", "pkg/mem/*", "pkg/provider/*", "pkg/flow/*"}},
	{"pkg/sim/*", []string{"pkg/*", "pkg/mem/*", "pkg/provider/*", "pkg/flow/*"}},
	{"pkg/proof", []string{"pkg/*", "pkg/provider/*"}},
	{"pkg/story", nil},

	{"functions/sandbox-*", append([]string{"pkg/sandbox", "pkg/aws/*", "pkg/config"}, contracts...)},
	{"functions/*", append([]string{"infra/openapi", "pkg/bundle", "pkg/bundle/*", "pkg/provider", "pkg/provider/all", "pkg/aws/*", "pkg/config", "pkg/telemetry"}, contracts...)},
	{"infra/enrol", []string{"pkg/*", "pkg/provider/all", "pkg/aws/awsenv", "pkg/aws/dynamostore"}},
	{"infra/e2e", []string{"pkg/*", "pkg/*/*"}},
	{"infra/runtimeapi", nil},
	{"infra/*", []string{"pkg/*", "pkg/bundle/*", "pkg/mem/*", "pkg/provider/*", "pkg/store/storetest", "infra/runtimeapi"}},
	{"infra/*/*", []string{"pkg/*", "pkg/mem/*", "pkg/provider/*", "pkg/store/storetest"}},
}

type pack struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

// packages asks the go command, so that build tags and files left out are seen as the compiler sees them.
func packages(t *testing.T, patterns ...string) []pack {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps"}, patterns...)...)
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pack
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p pack
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// fits is path.Match, where the whole tree of a package may be meant.
func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return err == nil && ok
}

func TestEveryPackageImportsOnlyWhatItsRowSays(t *testing.T) {
	for _, p := range packages(t, "./pkg/...", "./functions/...", "./infra/...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, found := mayImport(name)
		if !found {
			t.Errorf("%s has no row: decide what it may import", name)
			continue
		}
		for _, i := range p.Imports {
			if ours, ok := strings.CutPrefix(i, module); ok && !anyFits(allowed, ours) {
				t.Errorf("%s must not import %s", name, ours)
			}
		}
	}
}

func mayImport(name string) ([]string, bool) {
	for _, r := range rows {
		if fits(r.packages, name) {
			return r.may, true
		}
	}
	return nil, false
}

func anyFits(patterns []string, name string) bool {
	for _, p := range patterns {
		if fits(p, name) {
			return true
		}
	}
	return false
}

func TestOnlyTheEdgeKnowsTheCloud(t *testing.T) {
	for _, p := range packages(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		if strings.HasPrefix(name, "pkg/aws/") || strings.HasPrefix(name, "functions/") || name == "infra/e2e" || name == "infra/events" {
			continue
		}
		for _, imports := range [][]string{p.Imports, p.TestImports, p.XTestImports} {
			for _, i := range imports {
				shapes := name == "infra/events" && strings.HasPrefix(i, "github.com/aws/aws-lambda-go/events")
				if strings.HasPrefix(i, "github.com/aws/") && !shapes { // sample events are held against Lambda's own types
					t.Errorf("%s imports %s: only pkg/aws and functions may", name, i)
				}
			}
		}
	}
}

func TestNothingSimulatedIsLinkedIntoAFunction(t *testing.T) {
	for _, p := range packages(t, "./functions/...", "./pkg/bundle", "./pkg/provider/all", "./pkg/aws/...") {
		if strings.HasPrefix(p.ImportPath, module+"functions/sandbox-") {
			continue // kept out of live stacks by a Condition of the template
		}
		for _, d := range p.Deps {
			name, ours := strings.CutPrefix(d, module)
			last := path.Base(name)
			if ours && (strings.HasSuffix(last, "sim") || strings.HasSuffix(last, "test") || last == "simnet" || last == "story" || last == "proof" ||
				strings.HasPrefix(name, "pkg/mem/") || strings.HasPrefix(name, "pkg/sim")) {
				t.Errorf("%s links %s", p.ImportPath, name)
			}
		}
	}
}

func TestNoPackageIsNamedForEverything(t *testing.T) {
	banned := []string{"util", "utils", "common", "shared", "helpers", "models", "types", "base", "core", "misc", "manager",
		"service", "handlers"}
	for _, p := range packages(t, "./...") {
		for _, part := range strings.Split(strings.TrimPrefix(p.ImportPath, module), "/") {
			if anyFits(banned, part) {
				t.Errorf("%s: %q says nothing about what is inside", p.ImportPath, part)
			}
		}
	}
}
