//go:build e2e

package e2e_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestTheDescriptionIsTrue: Schemathesis reads GET /openapi.json of the whole bundle and sends what it makes of it, right and
// wrong, to every operation: no answer is a 5xx, and none has a status, a type or a shape that the description does not know;
// nothing that asks for a key is answered without one.
func TestTheDescriptionIsTrue(t *testing.T) {
	folder := t.TempDir()
	program := filepath.Join(folder, "vuelto")
	if out, err := exec.Command("go", "build", "-o", program, "../vuelto").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var url string
	start(t, emulator{"vuelto", func(port string) *exec.Cmd {
		url = "http://127.0.0.1:" + port
		return exec.Command(program, "dev", "--port", port, "--template", "../../template.yaml")
	}, "/healthz"})
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	s := &seeded{T: t, url: url}
	s.furnish()
	description := filepath.Join(folder, "openapi.json")
	if err := os.WriteFile(description, s.named(), 0o600); err != nil {
		t.Fatal(err)
	}
	counted, front := s.count()
	for _, part := range []string{"--exclude-path", "--include-path"} { // new rules last: they would refuse what others ask for
		fuzz := exec.CommandContext(ctx, absolute(t, filepath.Join(bin, "schemathesis")), "run", description, "--url", front.URL, part, "/v1/rules",
			"--header", "Authorization: Bearer sk_test_demo", "--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "1",
			"--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth",
			"--continue-on-failure", "--warnings", "off", "--no-color")
		fuzz.Dir = folder // it leaves notes of its own
		out, err := fuzz.CombinedOutput()
		t.Logf("%s", out[max(0, len(out)-20_000):])
		if err != nil {
			t.Error(err)
		}
	}
	table, never := counted.table()
	t.Logf("good answers by operation:\n%s", table)
	for _, operation := range never {
		if why := neverGood()[operation]; why == "" {
			t.Errorf("%s was never answered well, so that only its door was seen", operation)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/payments", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_demo")
	if r, err := http.DefaultClient.Do(req); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the key that it came with is let in no more, so that it saw the door alone: %v %v", r, err)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// neverGood are the operations that the fuzzer cannot do well, and why.
func neverGood() map[string]string {
	return map[string]string{
		"POST /webhooks/{provider}/{account}": "a good answer needs the provider's signature",
		"POST /v1/months/{month}/close":       "a month with open breaks stays open",
		"POST /v1/months/{month}/reopen":      "and what is not closed cannot be reopened",
		"GET /v1/months/{month}/pack":         "nor is there a pack of it",
		"POST /v1/legs/{id}/reopen":           "of the bank's differences there is one, and it is open until the fuzzer happens to decide it",
	}
}
