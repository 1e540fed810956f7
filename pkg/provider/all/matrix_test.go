package all_test

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/all"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

var update = flag.Bool("update", false, "rewrite testdata")

// TestMatrix prints what each provider offers to testdata/matrix.md, to be reviewed as a diff.
func TestMatrix(t *testing.T) {
	host := providertest.NewHost(time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC), 1)
	networks := allsim.New(host)
	set := provider.NewSet(all.Registry(), simnet.NewTransport(host, networks...), host)
	simulated := map[string]bool{}
	for _, n := range networks {
		simulated[n.Name()] = true
	}
	var clients []*provider.Client
	named := map[string]bool{}
	for _, account := range append(allsim.Accounts("demo"), allsim.CashOut("demo")) {
		client, err := set.Client(account)
		if err != nil {
			t.Fatal(err)
		}
		if account.Endpoint != simnet.Address(account.Provider) || !simulated[account.Provider] {
			t.Errorf("%s is called at %s, simulated: %v", account.Provider, account.Endpoint, simulated[account.Provider])
		}
		named[account.Provider] = true
		clients = append(clients, client)
	}
	if len(named) != len(all.Registry()) || len(networks) != len(named) {
		t.Errorf("%d providers, %d simulated, %d with accounts", len(all.Registry()), len(networks), len(named))
	}
	got := providertest.Matrix(clients)
	const golden = "testdata/matrix.md"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the matrix changed; review it and run with -update:\n%s", diff)
	}
}

// TestTenantsShareNothing keeps one tenant's accounts apart from another's.
func TestTenantsShareNothing(t *testing.T) {
	ours, theirs := allsim.Accounts("demo"), allsim.Accounts("other")
	for i := range ours {
		if ours[i].ID == theirs[i].ID || ours[i].Secrets[0] == theirs[i].Secrets[0] {
			t.Errorf("%s and %s share an id or a secret", ours[i].ID, theirs[i].ID)
		}
		differ := false
		for name, value := range ours[i].Credentials {
			differ = differ || theirs[i].Credentials[name] != value
		}
		if !differ {
			t.Errorf("%s: the same credentials for two tenants", ours[i].Provider)
		}
	}
}
