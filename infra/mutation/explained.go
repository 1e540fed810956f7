package main

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// reasons are the survivors that are explained: what keeps a test from noticing, by the name of the change.
type reasons map[string]string

// explained reads them: one a line, its reason after a tab.
func explained(name string) (reasons, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	known := reasons{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		change, reason, ok := strings.Cut(lines.Text(), "\t")
		if strings.HasPrefix(change, "#") || change == "" {
			continue
		}
		if !ok || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("%s: %q has no reason", name, change)
		}
		if known[change] != "" {
			return nil, fmt.Errorf("%s: %q is explained twice", name, change)
		}
		known[change] = strings.TrimSpace(reason)
	}
	return known, lines.Err()
}

// gone lists those that can no longer be made: their line reads otherwise now, or is not there any more. It runs no test.
func (known reasons) gone() ([]string, error) {
	var names []string
	possible := map[string]bool{}
	read := map[string]bool{}
	for name := range known {
		names = append(names, name)
		file, _, _ := strings.Cut(name, ": ")
		dir := path.Dir(file)
		if read[dir] {
			continue
		}
		read[dir] = true
		changes, err := changesOf(dir)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			possible[c.String()] = true
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool { return possible[name] }), nil
}
