package providertest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/provider"
)

// Misfits replaces one text of a sound answer by another and compares what the answer then amounts to; by that, the name of
// the case, the two texts.
func Misfits[C comparable](t *testing.T, sound string, cases map[C]map[string][2]string, ask func(answer string) C) {
	t.Helper()
	for want, changes := range cases {
		for name, c := range changes {
			if !strings.Contains(sound, c[0]) {
				t.Errorf("%s: the sound answer has no %q", name, c[0])
			}
			if got := ask(strings.Replace(sound, c[0], c[1], 1)); got != want {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
}

// Lacking spoils a disbursement in each way: it must wait for its details, and nothing must be sent.
func Lacking(t *testing.T, open func(*Wire) *provider.Client, sound func() disbursement.Disbursement, cases map[string]func(*disbursement.Disbursement)) {
	t.Helper()
	for name, spoil := range cases {
		w, d := Says(500), sound()
		spoil(&d)
		if o := open(w).Submit(context.Background(), d); o.HoldReason != disbursement.HoldDetails || len(w.Sent) != 0 {
			t.Errorf("%s: %+v after %v", name, o, w.Lines())
		}
	}
}

// Who spoils whom a disbursement is for.
func Who(spoil func(*identity.Person)) func(*disbursement.Disbursement) {
	return func(d *disbursement.Disbursement) { spoil(&d.Beneficiary) }
}

// RefusedByName opens an account with each setting at a value that does not parse: the error must name the setting. A network
// that the provider does not carry opens no account either.
func RefusedByName(t *testing.T, adapter provider.New, account func(network string) provider.Account, settings map[string]string) {
	t.Helper()
	for name, value := range settings {
		a := account("efecty")
		a.Settings[name] = value
		if _, err := adapter(a, nil, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := adapter(account("western"), nil, nil); err == nil {
		t.Error("a network that is not carried")
	}
}

// Forged is a delivery that nobody who knows the secret made.
func Forged(t *testing.T, client *provider.Client, d provider.Delivery) {
	t.Helper()
	if err := client.Verify(d); !errors.Is(err, provider.ErrSignature) {
		t.Fatalf("a forged delivery: %v", err)
	}
}

// Reads reads a delivery of whatever bytes: it is malformed, or each of its facts is one.
func Reads(t *testing.T, client *provider.Client, d provider.Delivery, sound func(provider.Fact) bool) {
	t.Helper()
	facts, err := client.Read(d)
	if err != nil && !errors.Is(err, provider.ErrMalformed) {
		t.Fatalf("neither facts nor malformed: %v", err)
	}
	for _, fact := range facts {
		if !sound(fact) {
			t.Fatalf("not a fact: %+v", fact)
		}
	}
}

// Tells says whether a fact names something and claims one thing of it.
func Tells(f provider.Fact) bool {
	return f.Ours+f.Reference != "" && (f.Payment == nil) != (f.Disbursement == nil)
}

// Names says whether a fact only names what must be asked for.
func Names(f provider.Fact) bool {
	return f.Reference != "" && f.Payment == nil && f.Disbursement == nil
}
