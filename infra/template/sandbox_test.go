package template_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/sandbox"
)

// TestNothingIsPlayedWhereMoneyIsReal: what belongs to the sandbox is there only if somebody asks for it, in a test stack that is
// not the prod stage, whatever the rules say; and nothing else of the stack knows of it.
func TestNothingIsPlayedWhereMoneyIsReal(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(repo, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n  HasSandbox: !And [!Equals [!Ref Sandbox, \"on\"], !Equals [!Ref Mode, test], !Not [!Equals [!Ref Stage, prod]]]",
		"\n  SandboxOnlyInTest:\n    RuleCondition: !Equals [!Ref Sandbox, \"on\"]\n",
		"- Assert: !Equals [!Ref Mode, test]\n", "- Assert: !Not [!Equals [!Ref Stage, prod]]\n",
	} {
		if strings.Count(string(text), want) != 1 {
			t.Errorf("%q is not there once", want)
		}
	}
	d := read(t)
	if given := d.Parameters["Sandbox"]; given.Default != "off" {
		t.Errorf("it is %v unless somebody says so", given.Default)
	}
	of := 0
	for name, r := range d.Resources {
		ours := r.Condition == "HasSandbox"
		if ours {
			of++
		}
		if ours != strings.HasPrefix(name, "Sandbox") {
			t.Errorf("%s has the condition %q", name, r.Condition)
		}
		text, err := json.Marshal(r.Properties)
		if err != nil {
			t.Fatal(err)
		}
		if !ours && strings.Contains(string(text), `"Sandbox`) {
			t.Errorf("%s knows of the sandbox", name)
		}
	}
	if of < 10 {
		t.Errorf("%d resources are the sandbox's", of)
	}
	for _, f := range d.functions(t) {
		for _, e := range f.Events {
			if e.Type == "HttpApi" && strings.HasPrefix(e.Properties.Path, sandbox.Prefix) != (f.Folder == "sandbox-api") {
				t.Errorf("%s answers %s", f.Folder, e.Properties.Path)
			}
		}
		if played := strings.HasPrefix(f.Folder, "sandbox-"); played != (d.Resources[f.Name].Condition == "HasSandbox") {
			t.Errorf("%s is deployed under %q", f.Folder, d.Resources[f.Name].Condition)
		}
	}
}
