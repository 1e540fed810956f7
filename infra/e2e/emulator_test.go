//go:build e2e

package e2e_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/aws/awsenv"
)

// emulator is one third-party program that answers as AWS does.
type emulator struct {
	name    string
	command func(port string) *exec.Cmd
	health  string // path that answers 200 when it is ready
}

const bin = "../../.e2e/venv/bin"

func emulators() []emulator {
	return []emulator{
		{"ministack", func(port string) *exec.Cmd {
			cmd := exec.Command(filepath.Join(bin, "ministack"))
			cmd.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+port, "LOG_LEVEL=WARNING",
				"SERVICES=dynamodb,sqs,s3", "DOCKER_HOST=unix:///nonexistent", "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0")
			return cmd
		}, "/_ministack/health"},
		{"moto", func(port string) *exec.Cmd {
			return exec.Command(filepath.Join(bin, "moto_server"), "-H", "127.0.0.1", "-p", port)
		}, "/moto-api/data.json"},
	}
}

// each runs a test against every emulator.
func each(t *testing.T, test func(*testing.T, awsenv.Env)) {
	for _, e := range emulators() {
		t.Run(e.name, func(t *testing.T) { test(t, start(t, e)) })
	}
}

// start runs an emulator on a free port of this machine until the test ends, and is the environment to reach it.
func start(t *testing.T, e emulator) awsenv.Env {
	t.Helper()
	port := freePort(t)
	cmd := e.command(port)
	log, err := os.Create(filepath.Join(t.TempDir(), e.name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v (has infra/e2e/setup.sh run?)", err)
	}
	t.Cleanup(func() {
		onlyLocal(t, cmd.Process.Pid) // again: some listeners come up late
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		_ = log.Close()
		if t.Failed() {
			tail(t, log.Name())
		}
	})
	at := "http://127.0.0.1:" + port
	await(t, at+e.health)
	onlyLocal(t, cmd.Process.Pid)
	env, err := awsenv.Read(func(name string) (string, bool) {
		v, ok := map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": at,
		}[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}

func await(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		if ctx.Err() != nil {
			t.Fatalf("%s is not ready: %v", url, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// tail shows the end of an emulator's log.
func tail(t *testing.T, name string) {
	b, err := os.ReadFile(name)
	if err == nil && len(b) > 0 {
		t.Logf("the emulator said:\n%s", b[max(0, len(b)-4000):])
	}
}
