package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// end is what became of a change.
type end int

const (
	refused  end = iota // it does not compile
	killed              // a test failed, or never ended
	survived            // all tests pass
)

// patience is how long a package's tests may take with a change: one may keep a loop from ending.
const patience = "30s"

// try makes one change and runs the package's tests.
func try(ctx context.Context, dir string, c change) (end, error) {
	text, err := os.ReadFile(c.file)
	if err != nil {
		return 0, err
	}
	temp, err := os.MkdirTemp("", "mutation")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	original, err := filepath.Abs(c.file)
	if err != nil {
		return 0, err
	}
	changed := bytes.Join([][]byte{text[:c.from], text[c.to:]}, []byte(c.text))
	instead, overlay := filepath.Join(temp, filepath.Base(c.file)), filepath.Join(temp, "overlay.json")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{original: instead}})
	if err != nil {
		return 0, err
	}
	for name, content := range map[string][]byte{instead: changed, overlay: list} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return 0, err
		}
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-failfast", "-timeout", patience, "-overlay", overlay, dir)
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case err == nil:
		return survived, nil
	case bytes.Contains(out, []byte("[build failed]")):
		return refused, nil
	case bytes.Contains(out, []byte("FAIL")):
		return killed, nil
	}
	return 0, fmt.Errorf("go test: %w\n%s", err, out)
}
