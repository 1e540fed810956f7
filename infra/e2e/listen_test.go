//go:build e2e

package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// onlyLocal fails the test if the process listens on another address than this machine's loopback: emulators have no
// passwords. It reads what Linux says of the process's sockets.
func onlyLocal(t *testing.T, pid int) {
	t.Helper()
	sockets := map[string]bool{}
	fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(fds) == 0 {
		t.Logf("who listens where is not checked: no /proc for %d", pid)
		return
	}
	for _, fd := range fds {
		if target, err := os.Readlink(fd); err == nil {
			sockets[strings.TrimSuffix(strings.TrimPrefix(target, "socket:["), "]")] = true
		}
	}
	for file, loopback := range map[string]string{"tcp": "0100007F", "tcp6": "00000000000000000000000001000000"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, file))
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(b), "\n") {
			// sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
			f := strings.Fields(line)
			const listening = "0A"
			if len(f) < 10 || f[3] != listening || !sockets[f[9]] {
				continue
			}
			if address, _, _ := strings.Cut(f[1], ":"); address != loopback {
				t.Errorf("the emulator listens on %s (%s), not on the loopback alone", f[1], file)
			}
		}
	}
}
