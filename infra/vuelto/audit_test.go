package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/audit"
)

func TestAuditVerify(t *testing.T) {
	dir := t.TempDir()
	chain := audit.Begin("demo", "rf_1")
	before, lines := chain.Last(), []audit.Line{}
	for _, by := range []string{"ana", "beto"} {
		s := audit.Step{At: time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC), To: "queued", By: by}
		n, sum := chain.Add(s)
		lines, before = append(lines, audit.NewLine("rf_1", n, s, before, sum)), sum
	}
	file, _, err := audit.Write("demo", "2026-11-20", "", lines)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "2026-11-20.jsonl")
	run := func(text []byte, seal string) (string, int) {
		t.Helper()
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := verifyDays(&out, dir, seal)
		var exit *exitError
		if errors.As(err, &exit) {
			return out.String(), exit.code
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.String(), 0
	}
	if out, code := run(file, ""); code != 0 || !strings.Contains(out, "1 days of demo, 2 entries") || !strings.HasSuffix(out, ": 0 wrong\n") {
		t.Errorf("%d %s", code, out)
	}
	if out, code := run(bytes.Replace(file, []byte(`"by":"beto"`), []byte(`"by":"carla"`), 1), ""); code != 1 || !strings.Contains(out, `by "carla"`) {
		t.Errorf("%d %s", code, out)
	}
	if out, code := run(file, strings.Repeat("ab", 32)); code != 1 || !strings.Contains(out, "not the last day") {
		t.Errorf("%d %s", code, out)
	}
	if err := verifyDays(&bytes.Buffer{}, t.TempDir(), ""); err == nil {
		t.Error("no days are fine")
	}
}
