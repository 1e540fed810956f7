package template_test

import (
	"go/ast"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/api"
	"github.com/vuelto/vuelto/pkg/config"
	"github.com/vuelto/vuelto/pkg/counter"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/sim"
)

func TestEveryFunctionIsDeployedAndTheReverse(t *testing.T) {
	var deployed []string
	for _, f := range read(t).functions(t) {
		deployed = append(deployed, f.Folder)
		if f.Description == "" {
			t.Errorf("%s has no description", f.Name)
		}
	}
	slices.Sort(deployed)
	if written := folders(t); !slices.Equal(deployed, written) {
		t.Errorf("template.yaml deploys %v, functions/ has %v", deployed, written)
	}
}

// Each function may do what its code can reach, on what its code names, and nothing else.
func TestRolesAllowExactlyWhatTheCodeCanReach(t *testing.T) {
	p, d := load(t), read(t)
	for _, f := range d.functions(t) {
		r := p.from(f.Folder)
		grants := f.grants()
		if got, want := slices.Sorted(maps.Keys(grants)), r.actions(); !slices.Equal(got, want) {
			t.Errorf("%s may %v, its code can reach %v", f.Folder, got, want)
		}
		var tables []string
		for action, resources := range grants {
			switch service, _, _ := strings.Cut(action, ":"); service {
			case "dynamodb":
				tables = append(tables, resources...)
			case "s3":
				for _, resource := range resources {
					settled := f.Environment.Variables["VUELTO_SETTLEMENT_BUCKET"]
					read := settled != "" && action == "s3:GetObject" && resource == "${"+settled+".Arn}/settlement/*"
					bucket := f.Environment.Variables["VUELTO_BUCKET"]
					if action == "s3:ListBucket" && (resource == bucket+".Arn" || resource == settled+".Arn") {
						continue
					}
					if !read && !strings.HasPrefix(resource, "${"+bucket+".Arn}/") {
						t.Errorf("%s may %s on %s", f.Folder, action, resource)
					}
				}
			}
		}
		own := f.Environment.Variables["VUELTO_TABLE"]
		if (own == "Table") == (d.Resources[f.Name].Condition == "HasSandbox") {
			t.Errorf("%s has the table %s: the books and what is played are kept apart", f.Folder, own)
		}
		want := []string{own + ".Arn"}
		for _, index := range indexes(t, r) {
			want = append(want, "${"+own+".Arn}/index/"+index)
		}
		slices.Sort(tables)
		if tables = slices.Compact(tables); !slices.Equal(tables, slices.Sorted(slices.Values(want))) && len(grants) > 0 {
			t.Errorf("%s may use %v, its code names %v", f.Folder, tables, want)
		}
	}
}

// indexes are those that the reached queries name.
func indexes(t *testing.T, r *reach) []string {
	t.Helper()
	found := map[string]bool{}
	r.literals("pkg/store.Query", func(in *pack, c *ast.CompositeLit) {
		e := field(c, "Index")
		if e == nil {
			return
		}
		name := text(in, e)
		if name == "" {
			t.Errorf("%s: a query's index is no constant, so no role can be derived from it", r.p.fset.Position(e.Pos()))
		}
		found[name] = true
	})
	return slices.Sorted(maps.Keys(found))
}

// A transaction is authorised by its parts (UpdateItem for an update); this is what action relies on.
func TestTransactionsAreMadeOfUpdates(t *testing.T) {
	p, parts := load(t), 0
	for _, k := range p.ours {
		for _, f := range k.files {
			literals(k, f, sdk+"dynamodb/types.TransactWriteItem", func(_ *pack, c *ast.CompositeLit) {
				parts++
				for _, e := range c.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); !ok || kv.Key.(*ast.Ident).Name != "Update" {
						t.Errorf("%s: a part that is no update", p.fset.Position(e.Pos()))
					}
				}
			})
		}
	}
	if parts == 0 {
		t.Error("no transaction found: has its type another name?")
	}
}

// needs is what main asks of its environment.
func needs(t *testing.T, p *program, folder string) config.Needs {
	t.Helper()
	k := p.ours[module+"functions/"+folder]
	var n config.Needs
	found := 0
	for _, f := range k.files {
		literals(k, f, "pkg/config.Needs", func(in *pack, c *ast.CompositeLit) {
			found++
			if e := field(c, "Files"); e != nil {
				n.Files = in.info.Types[e].Value.String() == "true"
			}
			if e := field(c, "Settled"); e != nil {
				n.Settled = in.info.Types[e].Value.String() == "true"
			}
			if e := field(c, "Notices"); e != nil {
				n.Notices = in.info.Types[e].Value.String() == "true"
			}
			if e := field(c, "Mails"); e != nil {
				n.Mails = in.info.Types[e].Value.String() == "true"
			}
			if kinds, ok := field(c, "Sends").(*ast.CompositeLit); ok {
				for _, e := range kinds.Elts {
					n.Sends = append(n.Sends, job.Kind(text(in, e)))
				}
			}
		})
	}
	if found != 1 {
		t.Fatalf("%s says %d times what it needs", folder, found)
	}
	return n
}

// Every variable that a function reads is defined for it, and the reverse.
func TestVariables(t *testing.T) {
	p := load(t)
	for _, f := range read(t).functions(t) {
		want := append(config.Variables(needs(t, p, f.Folder)), config.Optional()...)
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(f.Environment.Variables)); !slices.Equal(got, want) {
			t.Errorf("%s is given %v, reads %v", f.Folder, got, want)
		}
	}
}

// A function asks for the queues of exactly the kinds it can send, is told the right ones, and may send to them.
func TestQueuesAreThoseOfTheJobsThatAreSent(t *testing.T) {
	p, d := load(t), read(t)
	workers := workers(t, d)
	for _, f := range d.functions(t) {
		r, n := p.from(f.Folder), needs(t, p, f.Folder)
		sent := sends(r)
		if got := slices.Sorted(slices.Values(n.Sends)); !slices.Equal(got, sent) {
			t.Errorf("%s asks for the queues of %v, its code sends %v", f.Folder, got, sent)
		}
		var allowed []string
		for _, kind := range sent {
			queue := f.Environment.Variables[config.QueueVariable(kind)]
			if worker := workers[queue]; worker != doneBy()[kind] {
				t.Errorf("%s sends %s to %q, where %q works; %s does it", f.Folder, kind, queue, worker, doneBy()[kind])
			}
			allowed = append(allowed, queue+".Arn")
		}
		slices.Sort(allowed)
		if got := slices.Sorted(slices.Values(f.grants()["sqs:SendMessage"])); !slices.Equal(got, allowed) {
			t.Errorf("%s may send to %v, sends to %v", f.Folder, got, allowed)
		}
	}
}

// doneBy is which function does a kind of job.
func doneBy() map[job.Kind]string {
	return map[job.Kind]string{job.Submit: "refund-submission", job.Poll: "status-polling", job.Sweep: "status-polling", job.Remind: "status-polling",
		job.Apply: "webhook-apply", job.Ingest: "settlement-ingest", job.Drop: "settlement-ingest", job.Reconcile: "settlement-reconciliation",
		job.Rows: "batch-run", job.Deliver: "event-delivery", job.Notify: "buyer-notice", job.Bounce: "buyer-notice", job.Complaint: "buyer-notice",
		job.Seal: "audit-seal", job.Report: "finance-report", job.Play: "sandbox-callbacks"}
}

// sends are the kinds of job that what is reached can send: those it names, and those of the work index if it sweeps.
func sends(r *reach) []job.Kind {
	found := map[job.Kind]bool{}
	if !r.calls("pkg/job.Sender.Send") {
		return nil
	}
	r.literals("pkg/job.Job", func(in *pack, c *ast.CompositeLit) {
		if kind := text(in, field(c, "Kind")); kind != "" {
			found[job.Kind(kind)] = true
		}
	})
	if r.calls("pkg/job.FromDue") {
		for _, k := range r.p.ours {
			due(k, found)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// due notes the kinds that a package puts into the work index.
func due(k *pack, found map[job.Kind]bool) {
	for _, f := range k.files {
		ast.Inspect(f, func(x ast.Node) bool {
			call, ok := x.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "DueKey" {
				found[job.Kind(text(k, call.Args[1]))] = true
			}
			return true
		})
	}
}

// A provider's call must end while its function still has five seconds to write down how.
func TestProviderCallsEndBeforeTheirFunction(t *testing.T) {
	p := load(t)
	longest := time.Duration(0)
	for _, a := range allsim.Accounts("demo") {
		adapter, err := all.Registry()[a.Provider].New(a, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, adapter.Profile().Timeout)
	}
	if longest == 0 {
		t.Fatal("no provider has a time-out")
	}
	calling := 0
	for _, f := range read(t).functions(t) {
		if !p.from(f.Folder).calls("pkg/provider.Doer.Do") {
			continue
		}
		calling++
		if limit := time.Duration(f.Timeout)*time.Second - 5*time.Second; longest >= limit {
			t.Errorf("%s ends after %ds, a provider's call may take %s", f.Folder, f.Timeout, longest)
		}
	}
	if calling == 0 {
		t.Error("no function calls a provider: has Doer another name?")
	}
}

// Every route of the code is behind one of the template's, and those lead to the function that has it.
func TestRoutes(t *testing.T) {
	template, err := sim.ReadTemplate(filepath.Join(repo, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	money, batches, finance, uploads := (&api.Server{}).Patterns()
	used := map[sim.RouteSpec]bool{}
	for function, patterns := range map[string][]string{
		"merchant-api":   append(money, "GET /healthz", "GET /openapi.json", "GET /docs/{kind}/{code}", "GET /icons/{file}", "GET /claim/{token}", "POST /claim/{token}"),
		"batch-api":      batches,
		"finance-api":    finance,
		"finance-upload": uploads,
		"receipt-api":    counter.Patterns(),
		"webhook-intake": {"POST /webhooks/{provider}/{account}"},
	} {
		for _, pattern := range patterns {
			method, path, _ := strings.Cut(pattern, " ")
			r, ok := sim.Route(template.Routes, method, path)
			if used[r] = true; !ok || r.Function != function {
				t.Errorf("%s of %s: the template leads it to %q", pattern, function, r.Function)
			}
		}
	}
	for _, r := range template.Routes {
		if !used[r] {
			t.Errorf("nothing answers %s of %s", r.Key(), r.Function)
		}
	}
}

// Records that end by themselves are caches: the answers kept for idempotency keys, and nothing else. Uniqueness never
// rests on one.
func TestOnlyCachesExpire(t *testing.T) {
	p, found := load(t), 0
	for path, k := range p.ours {
		if path == module+"pkg/store" || strings.HasPrefix(path, module+"pkg/aws/") {
			continue // those who keep records must copy the field
		}
		for id, o := range k.info.Uses {
			v, ok := o.(*types.Var)
			if !ok || !v.IsField() || v.Name() != "Expires" || v.Pkg().Path() != module+"pkg/store" {
				continue
			}
			found++
			if at := p.fset.Position(id.Pos()); path != module+"pkg/flow/request" || filepath.Base(at.Filename) != "idempotency.go" {
				t.Errorf("%s: a record that ends by itself", at)
			}
		}
	}
	if found == 0 {
		t.Error("nothing expires: has the field another name?")
	}
}

// A run of a day stops a minute before its function is stopped, so that the function must have many of them.
func TestAReconciliationHasTimeToGoOn(t *testing.T) {
	for _, f := range read(t).functions(t) {
		if f.Folder == "settlement-reconciliation" && f.Timeout >= 300 {
			return
		}
	}
	t.Error("settlement-reconciliation ends within five minutes, or has another name")
}
