package artefact_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/infra/runtimeapi"
)

// function is a built function with a runtime to itself.
type function struct {
	*testing.T
	api *runtimeapi.API
	cmd *exec.Cmd
	log bytes.Buffer
}

func start(t *testing.T, program string, without string, with ...string) *function {
	t.Helper()
	template, err := os.ReadFile(filepath.Join(repo, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	api, err := runtimeapi.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.Close)
	f := &function{T: t, api: api, cmd: exec.Command(program)}
	for _, v := range runtimeapi.Environment(api, template) {
		if without == "" || !strings.HasPrefix(v, without+"=") {
			f.cmd.Env = append(f.cmd.Env, v)
		}
	}
	f.cmd.Env = append(f.cmd.Env, with...) // of two values the last counts
	f.cmd.Stdout, f.cmd.Stderr = &f.log, &f.log
	if err := f.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = f.cmd.Process.Kill()
		_ = f.cmd.Wait()
	})
	return f
}

// invoke hands the function an event and decodes its answer.
func (f *function) invoke(event []byte, into any) {
	f.Helper()
	answer, err := f.api.Invoke(context.Background(), event)
	if err != nil {
		f.Fatal(err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		f.Fatalf("%v in %s", err, answer)
	}
}

func event(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// programs builds the functions for this machine.
func programs(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", dir+string(filepath.Separator), "./functions/...")
	cmd.Dir = repo
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

func TestPrograms(t *testing.T) {
	dir := programs(t)
	t.Run("answer Lambda", func(t *testing.T) { answerLambda(t, dir) })
	t.Run("do not start half configured", func(t *testing.T) { halfConfigured(t, dir) })
}

// answerLambda: the programs themselves, not only their handlers, answer what Lambda brings. These answers need nothing
// of AWS.
func answerLambda(t *testing.T, dir string) {
	for _, name := range functions(t) {
		t.Run(name, func(t *testing.T) {
			f := start(t, filepath.Join(dir, name), "")
			switch name {
			case "merchant-api":
				var a struct {
					StatusCode int
					Body       string
				}
				f.invoke(event(t, "merchant-api/health"), &a)
				if a.StatusCode != 200 || a.Body != "ok\n" {
					t.Errorf("health: %+v", a)
				}
				f.invoke(event(t, "merchant-api/live-key"), &a) // the same process again
				if a.StatusCode != 401 || !strings.Contains(a.Body, `"code":"unauthorized"`) {
					t.Errorf("a live key on a test stack: %+v", a)
				}
			case "batch-api", "finance-api", "finance-upload", "receipt-api":
				var a struct{ StatusCode int }
				f.invoke(bytes.ReplaceAll(event(t, "finance-api/list-reconciliations"), []byte("/v1/reconciliations"), []byte("/v1/elsewhere")), &a)
				if a.StatusCode != 404 {
					t.Errorf("no route: %+v", a)
				}
			case "webhook-intake":
				var a struct{ StatusCode int }
				f.invoke(bytes.ReplaceAll(event(t, "webhook-intake/paid"), []byte("/webhooks/pagoefectivo/"), []byte("/elsewhere/pagoefectivo/")), &a)
				if a.StatusCode != 404 {
					t.Errorf("no route: %+v", a)
				}
			case "sandbox-api":
				var a struct {
					StatusCode int
					Body       string
				}
				f.invoke(event(t, "sandbox-api/live-key"), &a)
				if a.StatusCode != 401 || !strings.Contains(a.Body, `"code":"live_key_refused"`) {
					t.Errorf("a live key at the sandbox: %+v", a)
				}
			case "event-outbox":
				var a struct {
					BatchItemFailures []struct{ ItemIdentifier string }
				}
				f.invoke([]byte(`{"Records":[{"eventID":"e-1","dynamodb":{"SequenceNumber":"111"}}]}`), &a)
				if len(a.BatchItemFailures) != 1 || a.BatchItemFailures[0].ItemIdentifier != "111" {
					t.Errorf("poison: %+v", a)
				}
			case "settlement-partition":
				var a struct{ Parts []int }
				f.invoke([]byte(`{"do":"merge","plan":""}`), &a)
				if a.Parts == nil {
					t.Errorf("nothing to merge: %+v", a)
				}
				if answer, err := f.api.Invoke(context.Background(), []byte(`{}`)); !errors.Is(err, runtimeapi.ErrFunction) {
					t.Errorf("a step without an order: %s, %v", answer, err)
				}
			default:
				var a struct {
					BatchItemFailures []struct{ ItemIdentifier string }
				}
				f.invoke([]byte(`{"Records":[{"messageId":"m-1","body":"{\"kind\":\"no such\"}"}]}`), &a)
				if len(a.BatchItemFailures) != 1 || a.BatchItemFailures[0].ItemIdentifier != "m-1" {
					t.Errorf("poison: %+v", a)
				}
			}
		})
	}
}

// halfConfigured: a function that lacks a variable does not start, and its log says which.
func halfConfigured(t *testing.T, dir string) {
	for _, name := range functions(t) {
		ends(t, start(t, filepath.Join(dir, name), "VUELTO_TABLE"), name, `VUELTO_TABLE: is not set`)
		if strings.HasPrefix(name, "sandbox-") {
			ends(t, start(t, filepath.Join(dir, name), "", "VUELTO_MODE=live"), name, `nothing is played where money is real`)
		}
	}
}

// ends says that a function does not run, and why.
func ends(t *testing.T, f *function, name, why string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- f.cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(f.log.String(), why) {
			t.Errorf("%s: %v, %s", name, err, f.log.String())
		}
	case <-ctx.Done():
		t.Errorf("%s runs", name)
	}
}
