// Package artefact_test holds what deploys against its bars: small, free of what it does not need, and the same whoever
// builds it.
package artefact_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const repo = "../.."

// The bars of a function.
const (
	maxBytes    = 11_000_000
	maxPackages = 345
)

func functions(t *testing.T) []string {
	t.Helper()
	mains, err := filepath.Glob(filepath.Join(repo, "functions", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatalf("no functions: %v", err)
	}
	var names []string
	for _, m := range mains {
		names = append(names, filepath.Base(filepath.Dir(m)))
	}
	return names
}

// deps are all packages that a function links.
func deps(t *testing.T, function string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-tags", "lambda.norpc,dotsfile", "./functions/"+function)
	cmd.Dir, cmd.Stderr = repo, os.Stderr
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))
}

// A function links the standard library, Lambda's runtime, the SDK's clients it calls, and us. Readers of spreadsheets
// and YAML, command lines and test doubles stay out.
func TestFunctionsLinkNothingElse(t *testing.T) {
	may := []string{"github.com/vuelto/vuelto/", "github.com/aws/aws-lambda-go/", "github.com/aws/aws-sdk-go-v2/", "github.com/aws/smithy-go"}
	for _, f := range functions(t) {
		linked := deps(t, f)
		if len(linked) > maxPackages {
			t.Errorf("%s links %d packages, at most %d", f, len(linked), maxPackages)
		}
		files := needsFiles(t, f)
		for _, p := range linked {
			guarded := f == "event-delivery" && p == "code.dny.dev/ssrf" || // it calls addresses that merchants gave
				f == "receipt-api" && strings.HasPrefix(p, "golang.org/x/image/font/gofont/") // it draws letters
			if strings.Contains(strings.SplitN(p, "/", 2)[0], ".") && !anyPrefix(p, may) && !guarded {
				t.Errorf("%s links %s", f, p)
			}
			plays := strings.HasPrefix(f, "sandbox-") // beside a test stack only
			if rest, ok := strings.CutPrefix(p, "github.com/vuelto/vuelto/"); ok && double(rest) && !plays {
				t.Errorf("%s links the double %s", f, rest)
			}
			if p == "github.com/aws/aws-sdk-go-v2/service/s3" && !files {
				t.Errorf("%s links the client of S3 and has no files", f)
			}
		}
	}
}

func double(path string) bool {
	last := filepath.Base(path)
	return strings.HasPrefix(path, "pkg/mem/") || strings.HasSuffix(last, "sim") || strings.HasSuffix(last, "test") || last == "simnet"
}

func anyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func needsFiles(t *testing.T, function string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, "functions", function, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 40 {
		t.Errorf("main.go of %s has %d lines: what it decides belongs in pkg/bundle", function, n)
	}
	return bytes.Contains(text, []byte("Files: true"))
}

// The functions are built twice, as they deploy, in two folders of different names.
func TestArtefactsAreSmallAndTheSameEverywhere(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not installed")
	}
	first, second := build(t, "here"), build(t, filepath.Join("some", "where", "else"))
	for _, f := range functions(t) {
		a, b := artefact(t, first, f), artefact(t, second, f)
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between two builds", f)
		}
		if len(a) > maxBytes {
			t.Errorf("%s has %d bytes, at most %d", f, len(a), maxBytes)
		}
		if beside(t, first, f) != beside(t, second, f) {
			t.Errorf("what lies beside %s differs between two builds", f)
		}
		t.Logf("%-26s %5.2f MB, %d packages", f, float64(len(a))/1e6, len(deps(t, f)))
	}
}

func artefact(t *testing.T, at, function string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(at, "build", function, "bootstrap"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// beside are the files that deploy with a program: what it draws with, if it draws.
func beside(t *testing.T, at, function string) (all string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(at, "build", function))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() == "bootstrap" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(at, "build", function, f.Name()))
		if err != nil || function != "receipt-api" || f.Name() != "dots.bin" {
			t.Errorf("%s lies beside %s: %v", f.Name(), function, err)
		}
		all += f.Name() + string(text)
	}
	if function == "receipt-api" && all == "" {
		t.Error("receipt-api has nothing to draw Chinese with")
	}
	return all
}

// build copies the source into a folder and runs make build there.
func build(t *testing.T, folder string) string {
	t.Helper()
	at := filepath.Join(t.TempDir(), folder)
	for _, part := range []string{"functions", "pkg", "infra/openapi", "infra/font", "Makefile", "go.mod", "go.sum"} {
		copyTree(t, filepath.Join(repo, part), filepath.Join(at, part))
	}
	cmd := exec.Command("make", "build")
	cmd.Dir = at
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, out)
	}
	return at
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
