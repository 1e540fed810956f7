package identity_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/identity"
)

func TestBasesThatHaveNoCheckDigit(t *testing.T) {
	for _, base := range []string{"", "12a", "1234567890123456"} {
		if got := identity.NITCheck(base); got != "" {
			t.Errorf("%s: %q", base, got)
		}
	}
}

type documentCase struct {
	country, kind, number string
	full, check           string // empty full = refused
}

func documents() []documentCase {
	return []documentCase{
		{"CO", "CC", "52.345.678", "52345678", ""},
		{"CO", "cc", "1 032 456 789", "1032456789", ""},
		{"CO", "CC", "12345", "", ""},
		{"CO", "CC", "12345678901", "", ""},
		{"CO", "CC", "5234567A", "", ""},
		{"CO", "CE", "123456", "123456", ""},
		{"CO", "CE", "1234567890123", "", ""},
		{"CO", "TI", "10123456789", "10123456789", ""},
		{"CO", "TI", "101234567", "", ""},
		{"CO", "PAS", "ab123456", "AB123456", ""},
		{"CO", "PASS", "AB123456", "AB123456", ""},
		{"CO", "PP", "AB-123456", "AB123456", ""},
		{"CO", "PAS", "AB12345678901", "", ""},
		{"CO", "PEP", "123456789012345", "123456789012345", ""},
		{"CO", "PEP", "12345678901234", "", ""},
		{"CO", "PPT", "1234567", "1234567", ""},
		{"CO", "NIT", "901.458.652-7", "9014586527", "7"},
		{"CO", "NIT", "9014586527", "9014586527", "7"},
		{"CO", "NIT", "901458652", "9014586527", "7"},
		{"CO", "NIT", "1118534248-0", "11185342480", "0"},
		{"CO", "NIT", "9014586528", "", ""},
		{"CO", "NIT", "17343020", "", ""}, // of a person, and nobody can tell whether the digit is there
		{"CO", "NIT", "830140299-", "", ""},
		{"CO", "NIT", "-6", "", ""},
		{"CO", "DNI", "10117410", "", ""},
		{"PE", "DNI", "10117410", "10117410", ""},
		{"PE", "DNI", "10117410-2", "101174102", "2"},
		{"PE", "DNI", "101174102", "101174102", "2"},
		{"PE", "DNI", "1011741", "", ""},
		{"PE", "DNI", "1011741A", "", ""},
		{"PE", "RUC", "20512333797", "20512333797", "7"},
		{"PE", "RUC", "2051233379", "", ""},
		{"PE", "CE", "000123456", "000123456", ""},
		{"PE", "CE", "12345678", "", ""},
		{"PE", "CC", "52345678", "", ""},
		{"MX", "CC", "52345678", "", ""},
		{"CO", "", "52345678", "", ""},
		{"CO", "CC", " . ", "", ""},
	}
}

func TestDocuments(t *testing.T) {
	for _, c := range documents() {
		d, err := identity.ParseDocument(c.country, c.kind, c.number)
		if (err == nil) != (c.full != "") || d.Full() != c.full || d.Check != c.check || (err != nil && !errors.Is(err, identity.ErrDocument)) {
			t.Errorf("%s %s %s: %q with check %q, %v", c.country, c.kind, c.number, d.Full(), d.Check, err)
		}
		if err != nil && len(c.number) > 4 && strings.Contains(err.Error(), c.number) {
			t.Errorf("the refusal repeats the number: %v", err)
		}
	}
}

func TestDNICheckHasTwoForms(t *testing.T) {
	digit, letter := identity.DNICheck("10117410")
	if digit != "2" || letter == "" {
		t.Errorf("%q and %q", digit, letter)
	}
	if _, err := identity.ParseDocument("PE", "DNI", "10117410-"+letter); err != nil {
		t.Errorf("the letter form: %v", err)
	}
	if digit, letter = identity.DNICheck("1011741"); digit+letter != "" {
		t.Errorf("seven digits check as %q %q", digit, letter)
	}
}

func TestRUCOfAPersonHoldsTheDNI(t *testing.T) {
	for number, want := range map[string]string{"10054148289": "05414828", "20512333797": ""} {
		d, err := identity.ParseDocument("PE", "RUC", number)
		if err != nil || d.Person() != want {
			t.Errorf("%s: %q, %v", number, d.Person(), err)
		}
	}
}

// A check digit exists to catch one wrong digit: each is caught.
func TestOneWrongDigitIsCaught(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := fmt.Sprintf("9%08d", rapid.IntRange(0, 99_999_999).Draw(t, "base"))
		at, by := rapid.IntRange(0, 8).Draw(t, "at"), rapid.IntRange(1, 9).Draw(t, "by")
		wrong := []byte(base)
		wrong[at] = '0' + (wrong[at]-'0'+byte(by))%10
		if identity.NITCheck(base) == identity.NITCheck(string(wrong)) && !zeroOrOne(base, string(wrong)) {
			t.Fatalf("%s and %s share a check digit", base, wrong)
		}
		ruc := "20" + base[1:]
		other := []byte(ruc)
		other[2+at%8] = '0' + (other[2+at%8]-'0'+byte(by))%10
		if identity.RUCCheck(ruc) == identity.RUCCheck(string(other)) && identity.RUCCheck(ruc) > "1" {
			t.Fatalf("%s and %s share a check digit", ruc, other)
		}
	})
}

// zeroOrOne: remainders 0 and 1 stand for themselves, and so do 11-10 and 11-11: digit 1 belongs to two remainders.
func zeroOrOne(numbers ...string) bool {
	for _, n := range numbers {
		if identity.NITCheck(n) > "1" {
			return false
		}
	}
	return true
}

func TestProvidersSpellDocumentsTheirOwnWay(t *testing.T) {
	for _, c := range []struct {
		country, kind, number string
		scheme                identity.Scheme
		want                  string // code and number; empty = not taken
	}{
		{"CO", "PAS", "AB123456", identity.SchemeDLocal, "PASS AB123456"},
		{"CO", "PAS", "12345678", identity.SchemeD24, "PASS 12345678"},
		{"CO", "PAS", "AB123456", identity.SchemeKushki, "PP AB123456"},
		{"CO", "PAS", "AB123456", identity.SchemeEPayco, "PPN AB123456"},
		{"CO", "PAS", "AB123456", identity.SchemeMercadoPago, ""},
		{"CO", "NIT", "830140299-6", identity.SchemeDLocal, "NIT 8301402996"},
		{"CO", "PPT", "1234567", identity.SchemeEBANX, ""},
		{"CO", "CC", "52345678", identity.SchemeEPayco, "CC 52345678"},
		{"PE", "DNI", "10117410", identity.SchemeEPayco, ""},
		{"PE", "RUC", "20512333797", identity.SchemeMercadoPago, "RUC 20512333797"},
		{"PE", "CE", "000123456", identity.SchemeKushki, "CE 000123456"},
	} {
		d, err := identity.ParseDocument(c.country, c.kind, c.number)
		if err != nil {
			t.Fatal(err)
		}
		code, number, ok := d.In(c.scheme)
		if got := code + " " + number; ok != (c.want != "") || (ok && got != c.want) {
			t.Errorf("%s %s at %s: %q, %v", c.kind, c.country, c.scheme, got, ok)
		}
	}
	if d, _ := identity.ParseDocument("CO", "CC", "52345678"); true {
		if _, _, ok := d.In("nobody"); ok {
			t.Error("a scheme that is none takes a document")
		}
		for _, s := range identity.Schemes() {
			if _, _, ok := d.In(s); !ok && s != identity.SchemePagoEfectivo {
				t.Errorf("%s does not take a CC", s)
			}
		}
	}
}
