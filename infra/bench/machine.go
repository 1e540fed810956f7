package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bars of what is built.
const (
	readyBar = 3.0 // seconds
	sizeBar  = 11.0
)

// ready measures make run's program from its start to its first line.
func ready() ([]line, error) {
	dir, err := os.MkdirTemp("", "vuelto")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "vuelto")
	if out, err := exec.Command("go", "build", "-o", program, "./infra/vuelto").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	var took []float64
	for range 5 {
		t, err := start(program)
		if err != nil {
			return nil, err
		}
		took = append(took, t)
	}
	slices.Sort(took)
	return []line{compared("make run, built, until ready", took[len(took)/2], "s", readyBar, "bar")}, nil
}

func start(program string) (float64, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	_ = l.Close()
	cmd := exec.Command(program, "dev", "--port", strconv.Itoa(port))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	first, err := bufio.NewReader(out).ReadString('\n')
	took := time.Since(began).Seconds()
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil || !strings.HasPrefix(first, "vuelto ready ") {
		return 0, fmt.Errorf("first line %q: %w", first, err)
	}
	return took, nil
}

// sizes builds the functions as they deploy.
func sizes() ([]line, error) {
	if out, err := exec.Command("make", "build").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make build: %w\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join("build", "*", "bootstrap"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("nothing was built: %w", err)
	}
	var lines []line
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return nil, err
		}
		lines = append(lines, compared(filepath.Base(filepath.Dir(f))+", arm64", float64(info.Size())/1e6, "MB", sizeBar, "bar"))
	}
	return lines, nil
}
