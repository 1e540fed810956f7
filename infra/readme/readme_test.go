// Package readme_test runs the README: every block of shell commands, in order, against a dev server of its own.
package readme_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	repo    = "../.."
	address = "127.0.0.1:8080" // as the README has it
)

// blocks are the README's fenced blocks of one language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		switch m[1] {
		case language:
			found = append(found, m[2])
		case "sh", "text": // text is what needs an AWS account
		default:
			t.Errorf("a block of %q is run by nobody", m[1])
		}
	}
	return found
}

// Every make target the README names exists, and those that start or test everything are run by this test or by .ci/run.
func TestMakeTargets(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(repo, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile(filepath.Join(repo, ".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, block := range append(blocks(t, "sh"), blocks(t, "text")...) {
		for _, m := range regexp.MustCompile(`(?m)^make (\w+)`).FindAllStringSubmatch(block, -1) {
			named++
			if !bytes.Contains(makefile, []byte("\n"+m[1]+":")) {
				t.Errorf("make %s does not exist", m[1])
			}
			if m[1] != "run" && !bytes.Contains(ci, []byte("make "+m[1])) {
				t.Errorf("make %s is not run by .ci/run", m[1])
			}
		}
	}
	if named < 3 {
		t.Errorf("the README names only %d targets", named)
	}
}

func TestEveryBlockDoesWhatItSays(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	base := serve(t)
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	for _, block := range blocks(t, "sh") {
		if strings.HasPrefix(block, "make ") {
			continue // serve runs the one, TestMakeTargets sees to the others
		}
		script.WriteString(expecting(strings.ReplaceAll(block, address, base)))
	}
	cmd := exec.Command("bash", "-c", script.String())
	cmd.Dir = repo
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := bytes.Count(out, []byte("checked: ")); n < 8 {
		t.Errorf("only %d answers were checked:\n%s", n, out)
	}
}

// expecting makes each line "command   # answer" fail unless the command's output has the answer in it. Other lines may
// not answer with a problem.
func expecting(block string) string {
	expected := regexp.MustCompile(`^(.*\S)\s+# (".*|[a-z_]+)$`)
	var out strings.Builder
	for line := range strings.Lines(block) {
		line = strings.TrimSuffix(line, "\n")
		m := expected.FindStringSubmatch(line)
		switch {
		case m != nil:
			fmt.Fprintf(&out, "answer=$(%s); grep -qF '%s' <<<\"$answer\" || { echo 'no %s in the answer to:' '%s' \"$answer\"; exit 1; }; echo 'checked: %s'\n",
				m[1], m[2], m[2], strings.ReplaceAll(m[1], "'", ""), m[2])
		case strings.HasPrefix(line, "call "):
			fmt.Fprintf(&out, "answer=$(%s); if grep -qF '\"next_step\"' <<<\"$answer\"; then echo \"$answer\"; exit 1; fi\n", line)
		default:
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

// serve runs make run on a free port until the test ends, and is the server's address.
func serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := l.Addr().String()
	_, port, _ := net.SplitHostPort(base)
	_ = l.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "make", "run", "PORT="+port)
	cmd.Dir, cmd.WaitDelay = repo, 10*time.Second
	// A make inside a make prints lines of its own; this one stands for what a person types.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "MFLAGS") })
	// Ctrl-C in a terminal goes to the whole group: make and what it runs.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	first, err := lines.ReadString('\n')
	if want := "vuelto ready http://" + base + "\n"; err != nil || first != want {
		cancel()
		_ = cmd.Wait()
		t.Fatalf("first line %q, want %q (%v)\n%s", first, want, err, stderr.String())
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, lines)
	}()
	t.Cleanup(func() {
		cancel()
		<-drained
		_ = cmd.Wait()
	})
	return base
}
