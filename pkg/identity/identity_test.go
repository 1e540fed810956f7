package identity_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/identity"
	"pgregory.net/rapid"
)

func TestDeriveHasTheShapeOfAULIDAndSeparatesParts(t *testing.T) {
	shape := regexp.MustCompile(`^rf_[0-7][0-9A-HJKMNP-TV-Z]{25}$`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		id := identity.Derive("rf_", a, b)
		if !shape.MatchString(id) {
			t.Fatalf("id %q", id)
		}
		if id != identity.Derive("rf_", a, b) {
			t.Fatal("the same parts give the same id")
		}
		if a != "" && identity.Derive("rf_", a+b, "") == id && b != "" {
			t.Fatal("parts run together")
		}
	})
	if identity.Derive("rf_", "ab", "c") == identity.Derive("rf_", "a", "bc") {
		t.Fatal("parts run together")
	}
}

// Every output digit must depend on the input: a digit that never changes would mean lost bits.
func TestDeriveUsesAllItsDigits(t *testing.T) {
	var seen [26]map[byte]bool
	for i := range 400 {
		id := identity.Derive("", fmt.Sprint(i))
		for d := range 26 {
			if seen[d] == nil {
				seen[d] = map[byte]bool{}
			}
			seen[d][id[d]] = true
		}
	}
	for d, values := range seen {
		want := 30
		if d == 0 {
			want = 8
		}
		if len(values) < want {
			t.Errorf("digit %d takes only %d values", d, len(values))
		}
	}
}

func TestSensitiveNeverPrintsItself(t *testing.T) {
	secret := identity.Sensitive("María Canary 1032456789")
	person := identity.Person{Name: secret, DocumentNumber: secret, Email: secret}
	encoded, err := json.Marshal(person)
	if err != nil {
		t.Fatal(err)
	}
	outputs := []string{string(encoded)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, person))
	}
	for _, out := range outputs {
		if strings.Contains(out, "Canary") || strings.Contains(out, "43616e617279") || strings.Contains(out, "10324567") {
			t.Errorf("personal data shows in %q", out)
		}
	}
	if secret.Reveal() != "María Canary 1032456789" {
		t.Error("Reveal must give the value")
	}
}

func TestFieldsOfAPerson(t *testing.T) {
	full := identity.Person{Name: "n", Email: "e", Phone: "p", DocumentType: "CC", DocumentNumber: "d", Account: "a", Bank: "b", AccountType: "k"}
	if lacking := full.Lacks(identity.Fields()...); lacking != nil {
		t.Errorf("of a whole person: %v", lacking)
	}
	for _, f := range identity.Fields() {
		less := full.Without(f)
		if lacking := less.Lacks(identity.Fields()...); len(lacking) != 1 || lacking[0] != f {
			t.Errorf("without %s: %v", f, lacking)
		}
	}
	if full.Without("shoe_size") != full || len(full.Lacks("shoe_size")) != 1 {
		t.Error("a field that is none")
	}
}
