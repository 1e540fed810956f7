package template_test

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type alarm struct {
	AlarmDescription string
	MetricName       string
	Dimensions       []struct{ Name, Value string }
	AlarmActions     any
}

// Each queue that is worked on has an alarm for its age, its depth and its dead letters.
func TestQueuesHaveTheirAlarms(t *testing.T) {
	d := read(t)
	watched := map[string]bool{}
	for _, name := range d.ofType("AWS::CloudWatch::Alarm") {
		a := into[alarm](t, d.Resources[name].Properties)
		if a.AlarmActions == nil {
			t.Errorf("%s tells nobody", name)
		}
		for _, dimension := range a.Dimensions {
			watched[strings.TrimSuffix(dimension.Value, ".QueueName")+" "+a.MetricName] = true
		}
	}
	for name := range workers(t, d) {
		dead := into[queue](t, d.Resources[name].Properties).RedrivePolicy.DeadLetterTargetArn
		for _, want := range []string{
			name + " ApproximateAgeOfOldestMessage", name + " ApproximateNumberOfMessagesVisible",
			strings.TrimSuffix(dead, ".Arn") + " ApproximateNumberOfMessagesVisible",
		} {
			if !watched[want] {
				t.Errorf("no alarm for %s", want)
			}
		}
	}
}

// Each alarm names a section of a runbook, each section is named by one alarm.
func TestAlarmsAndRunbooksBelongTogether(t *testing.T) {
	d := read(t)
	named := map[string]string{}
	runbook := regexp.MustCompile(`Runbook: infra/runbooks/(\S+)$`)
	for _, name := range d.ofType("AWS::CloudWatch::Alarm") {
		m := runbook.FindStringSubmatch(into[alarm](t, d.Resources[name].Properties).AlarmDescription)
		if m == nil {
			t.Errorf("%s names no runbook", name)
			continue
		}
		if other := named[m[1]]; other != "" {
			t.Errorf("%s and %s name the same %s", name, other, m[1])
		}
		named[m[1]] = name
	}
	written := sections(t)
	for _, s := range written {
		if named[s] == "" {
			t.Errorf("no alarm leads to %s", s)
		}
		delete(named, s)
	}
	for s, name := range named {
		t.Errorf("%s names %s, which is not written", name, s)
	}
}

func sections(t *testing.T) []string {
	t.Helper()
	books, err := filepath.Glob(filepath.Join(repo, "infra", "runbooks", "*.md"))
	if err != nil || len(books) == 0 {
		t.Fatalf("no runbooks: %v", err)
	}
	var all []string
	for _, book := range books {
		text, err := os.ReadFile(book)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if title, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
				all = append(all, filepath.Base(book)+"#"+strings.ReplaceAll(strings.ToLower(title), " ", "-"))
			}
		}
	}
	slices.Sort(all)
	return all
}

// says tells whether some line of ours that is logged has this message.
func (p *program) says(message string) bool {
	for _, k := range p.ours {
		for _, f := range k.files {
			found := false
			ast.Inspect(f, func(x ast.Node) bool {
				if call, ok := x.(*ast.CallExpr); ok && len(call.Args) > 1 {
					s, ok := call.Fun.(*ast.SelectorExpr)
					at := 1
					if ok && s.Sel.Name == "Log" && len(call.Args) > 2 { // context, level, message
						at = 2
					}
					if ok && (at == 2 || strings.HasSuffix(s.Sel.Name, "Context")) && text(k, call.Args[at]) == message {
						found = true
					}
				}
				return !found
			})
			if found {
				return true
			}
		}
	}
	return false
}
