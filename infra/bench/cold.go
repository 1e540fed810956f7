package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/infra/runtimeapi"
)

const (
	starts = 21
	// coldBar is how much longer than the bare handler a function may take from its start to its first answer.
	coldBar = 1.25
)

// program is something that Lambda could start, and how long its starts took, in milliseconds.
type program struct {
	name, path string
	event      []byte
	bare       *program
	took       []float64
	ratios     []float64 // to the bare one's start right after
}

// cold measures each function from its start to its first answer, beside a bare handler that links and makes the same
// clients of AWS and beside a hello. Nothing is asked of AWS: the events are answered without it. All take turns, and each
// function's bare handler starts right after it, so that whatever else the machine does meets both.
func cold() ([]line, error) {
	dir, err := os.MkdirTemp("", "vuelto")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	template, err := os.ReadFile("template.yaml")
	if err != nil {
		return nil, err
	}
	hello, functions, err := buildCold(dir)
	if err != nil {
		return nil, err
	}
	for round := range starts + 1 { // the first round reads the programs from disk
		if err := hello.start(template); err != nil {
			return nil, err
		}
		for _, p := range functions {
			if err := p.pair(template); err != nil {
				return nil, err
			}
		}
		if round == 0 {
			hello.forget()
			for _, p := range functions {
				p.forget()
				p.bare.forget()
			}
		}
	}
	lines := []line{{"cold start of a hello", show(median(hello.took)), "ms", "", ""}}
	for _, p := range functions {
		what := fmt.Sprintf("goal %v of a bare handler with the same clients, %s", coldBar, show(median(p.bare.took)))
		lines = append(lines, line{"  " + p.name, show(median(p.took)), "ms", show(median(p.ratios)), what})
	}
	return lines, nil
}

// buildCold builds the functions for this machine as they deploy, and what they are compared with.
func buildCold(dir string) (hello *program, functions []*program, err error) {
	hello = &program{name: "hello", path: filepath.Join(dir, "hello"), event: []byte(`{}`)}
	if err := compile(hello.path, "./infra/bench/testdata/hello"); err != nil {
		return nil, nil, err
	}
	mains, err := filepath.Glob(filepath.Join("functions", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		return nil, nil, fmt.Errorf("no functions: %w", err)
	}
	bares := map[string]*program{}
	for _, main := range mains {
		name := filepath.Base(filepath.Dir(main))
		text, err := os.ReadFile(main)
		if err != nil {
			return nil, nil, err
		}
		clients := clientsOf(string(text))
		bare := bares[clients]
		if bare == nil {
			bare = &program{name: "bare" + clients, path: filepath.Join(dir, "bare"+clients), event: []byte(`{}`)}
			if err := compile(bare.path, "./infra/bench/testdata/bare", strings.Split(clients, "+")...); err != nil {
				return nil, nil, err
			}
			bares[clients] = bare
		}
		p := &program{name: name, path: filepath.Join(dir, name), event: plain(name), bare: bare}
		if err := compile(p.path, "./functions/"+name); err != nil {
			return nil, nil, err
		}
		functions = append(functions, p)
	}
	return hello, functions, nil
}

// clientsOf are the build tags of the bare handler with the clients that a function opens.
func clientsOf(main string) string {
	tags := ""
	for _, c := range []struct{ opens, tag string }{{"sqsqueue.Open", "+sqs"}, {"s3file.Open", "+s3"}, {"sesmail.Open", "+ses"}, {"snstext.Open", "+sns"}} {
		if strings.Contains(main, c.opens) {
			tags += c.tag
		}
	}
	return tags
}

// plain is an event that a function answers without AWS.
func plain(function string) []byte {
	switch function {
	case "merchant-api":
		return []byte(`{"version":"2.0","rawPath":"/healthz","requestContext":{"http":{"method":"GET","path":"/healthz"}}}`)
	case "settlement-partition":
		return []byte(`{"do":"merge","plan":""}`)
	case "batch-api", "finance-api", "finance-upload", "receipt-api", "webhook-intake":
		return []byte(`{"version":"2.0","rawPath":"/elsewhere","requestContext":{"http":{"method":"POST","path":"/elsewhere"}}}`)
	}
	return []byte(`{"Records":[{"messageId":"m-1","body":"{\"kind\":\"none\"}"}]}`)
}

// compile builds with the flags of make build, for this machine.
func compile(to, what string, tags ...string) error {
	cmd := exec.Command("go", "build", "-tags", strings.Join(append(tags, "lambda.norpc"), ","), "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid=", "-o", to, what)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", what, err, out)
	}
	return nil
}

// pair starts a function, and its bare handler after it.
func (p *program) pair(template []byte) error {
	if err := p.start(template); err != nil {
		return err
	}
	if err := p.bare.start(template); err != nil {
		return err
	}
	p.ratios = append(p.ratios, p.took[len(p.took)-1]/p.bare.took[len(p.bare.took)-1])
	return nil
}

func (p *program) forget() { p.took, p.ratios = nil, nil }

// start notes how many milliseconds one start takes until the answer is posted.
func (p *program) start(template []byte) error {
	api, err := runtimeapi.Listen()
	if err != nil {
		return err
	}
	defer api.Close()
	var said bytes.Buffer
	cmd := exec.Command(p.path)
	cmd.Env = runtimeapi.Environment(api, template)
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	_, err = api.Invoke(context.Background(), p.event)
	p.took = append(p.took, time.Since(began).Seconds()*1000)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", p.name, err, said.Bytes())
	}
	return nil
}

func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[len(sorted)/2]
}
