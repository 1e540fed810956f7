package provider_test

import (
	"testing"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/providertest"
)

func TestSetKeepsAClientWhileItsAccountStays(t *testing.T) {
	made := 0
	set := provider.NewSet(provider.Registry{"fake": {New: func(provider.Account, provider.Doer, provider.Clock) (provider.Adapter, error) {
		made++
		return &fake{profile: sound()}, nil
	}}}, nil, providertest.NewHost(start(), 1))
	first, err := set.Client(account())
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := set.Client(account()); again != first || made != 1 {
		t.Errorf("the same account got another client; %d made", made)
	}
	for name, change := range map[string]func(*provider.Account){
		"secret":     func(a *provider.Account) { a.Secrets = []string{"new", "s"} },
		"credential": func(a *provider.Account) { a.Credentials = map[string]string{"key": "new"} },
		"setting":    func(a *provider.Account) { a.Settings = map[string]string{"idempotent": "true"} },
		"endpoint":   func(a *provider.Account) { a.Endpoint = "https://elsewhere.sim" },
		"tenant":     func(a *provider.Account) { a.Tenant = "other" },
	} {
		changed := account()
		change(&changed)
		if c, err := set.Client(changed); err != nil || c == first {
			t.Errorf("%s changed, the client did not (%v)", name, err)
		}
	}
	unknown := account()
	unknown.Provider = "nobody"
	if _, err := set.Client(unknown); err == nil {
		t.Error("a provider that is not linked in got a client")
	}
}
