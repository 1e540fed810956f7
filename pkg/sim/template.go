package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/vuelto/vuelto/pkg/job"
)

// Template is what the world takes from template.yaml: the same queues, workers, routes and schedules that deploy.
// Worlds may share one; they do not write to it.
type Template struct {
	Queues    []QueueSpec
	Routes    []RouteSpec
	Schedules []ScheduleSpec
	Kinds     map[job.Kind]string // queue of each kind of job
	Machines  []MachineSpec
	Stream    StreamSpec // of the table
}

// StreamSpec is the function that listens to the table's stream, and to what of it.
type StreamSpec struct {
	Function  string // folder under functions/
	BatchSize int
	SKs       []string // of the records whose changes its filter lets through
}

// QueueSpec is one queue with the function that works on it.
type QueueSpec struct {
	Name        string
	Function    string // folder under functions/
	Visibility  time.Duration
	MaxReceives int
	BatchSize   int
	DeadLetter  string
}

// MachineSpec is a state machine and the files of the bucket that start it.
type MachineSpec struct {
	Name       string
	Prefix     string            // of the files
	Definition []byte            // JSON
	Functions  map[string]string // folder under functions/, by what the definition calls it
}

// ScheduleSpec is one schedule and the message it sends.
type ScheduleSpec struct {
	Name       string
	Expression Expression
	Queue      string
	Message    string
}

// besideCondition is that of the sandbox beside a test stack. A world plays the providers itself.
const besideCondition = "HasSandbox"

type resource struct {
	Type       string         `yaml:"Type"`
	Condition  string         `yaml:"Condition"`
	Properties map[string]any `yaml:"Properties"`
}

// ReadTemplate is ParseTemplate of a file.
func ReadTemplate(file string) (Template, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Template{}, err
	}
	return ParseTemplate(text)
}

// Rescheduled is the template with schedules that are as now, but for those whose expression is old: they get another, in
// their own zone. Error: none has the old expression, or the new one cannot be read.
func (t Template) Rescheduled(old, expression string) (Template, error) {
	t.Schedules = slices.Clone(t.Schedules)
	found := false
	for i, s := range t.Schedules {
		if s.Expression.text != old {
			continue
		}
		e, err := ParseExpression(expression, s.Expression.place)
		if err != nil {
			return t, err
		}
		t.Schedules[i].Expression, found = e, true
	}
	if !found {
		return t, fmt.Errorf("template: no schedule is %q", old)
	}
	return t, nil
}

// ParseTemplate reads a SAM template. Error: a queue without a worker, a schedule that cannot be read.
func ParseTemplate(text []byte) (Template, error) {
	var doc struct {
		Resources map[string]resource `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return Template{}, fmt.Errorf("template: %w", err)
	}
	t := Template{Kinds: map[job.Kind]string{}}
	workers := map[string]QueueSpec{}
	for _, name := range slices.Sorted(maps.Keys(doc.Resources)) {
		r := doc.Resources[name]
		if r.Condition == besideCondition {
			continue
		}
		switch r.Type {
		case "AWS::Serverless::Function":
			t.function(r, workers)
		case "AWS::Scheduler::Schedule":
			s, err := schedule(name, r)
			if err != nil {
				return t, err
			}
			t.Schedules = append(t.Schedules, s)
		case "AWS::Events::Rule":
			t.rule(r)
		case "AWS::Serverless::StateMachine":
			m, err := machine(name, r, doc.Resources)
			if err != nil {
				return t, err
			}
			t.Machines = append(t.Machines, m)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(workers)) {
		q := workers[name]
		r, ok := doc.Resources[name]
		if !ok {
			return t, fmt.Errorf("template: %s works on %s, which does not exist", q.Function, name)
		}
		q.Visibility = time.Duration(number(r.Properties["VisibilityTimeout"])) * time.Second
		q.MaxReceives = number(at(r.Properties, "RedrivePolicy", "maxReceiveCount"))
		q.DeadLetter = logical(word(at(r.Properties, "RedrivePolicy", "deadLetterTargetArn")))
		t.Queues = append(t.Queues, q)
	}
	slices.SortFunc(t.Routes, moreSpecific)
	return t, nil
}

// machine reads a state machine that the bucket's events start.
func machine(name string, r resource, all map[string]resource) (MachineSpec, error) {
	m := MachineSpec{Name: name, Functions: map[string]string{}}
	var err error
	if m.Definition, err = json.Marshal(r.Properties["Definition"]); err != nil {
		return m, fmt.Errorf("template: %s: %w", name, err)
	}
	substitutions, _ := r.Properties["DefinitionSubstitutions"].(map[string]any)
	for _, placeholder := range slices.Sorted(maps.Keys(substitutions)) {
		uri := word(all[logical(word(substitutions[placeholder]))].Properties["CodeUri"])
		m.Functions["${"+placeholder+"}"] = strings.Trim(strings.TrimPrefix(uri, "build/"), "/")
	}
	events, _ := r.Properties["Events"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(events)) {
		event, _ := events[name].(map[string]any)
		keys, _ := at(event, "Properties", "Pattern", "detail", "object", "key").([]any)
		for _, k := range keys {
			key, _ := k.(map[string]any)
			m.Prefix = word(key["prefix"])
		}
	}
	if m.Prefix == "" {
		return m, fmt.Errorf("template: nothing starts %s", name)
	}
	return m, nil
}

// function notes which queue a function works on, what it answers, and to which queues it sends.
func (t *Template) function(r resource, workers map[string]QueueSpec) {
	name := strings.Trim(strings.TrimPrefix(word(r.Properties["CodeUri"]), "build/"), "/")
	events, _ := r.Properties["Events"].(map[string]any)
	for _, event := range slices.Sorted(maps.Keys(events)) {
		m, _ := events[event].(map[string]any)
		if word(m["Type"]) == "HttpApi" {
			t.Routes = append(t.Routes, RouteSpec{Method: word(at(m, "Properties", "Method")), Path: word(at(m, "Properties", "Path")), Function: name})
		}
		if word(m["Type"]) == "DynamoDB" {
			t.Stream = StreamSpec{Function: name, BatchSize: number(at(m, "Properties", "BatchSize")), SKs: filtered(m)}
		}
		if word(m["Type"]) != "SQS" {
			continue
		}
		queue := logical(word(at(m, "Properties", "Queue")))
		workers[queue] = QueueSpec{Name: queue, Function: name, BatchSize: number(at(m, "Properties", "BatchSize"))}
	}
	variables, _ := at(r.Properties, "Environment", "Variables").(map[string]any)
	for _, variable := range slices.Sorted(maps.Keys(variables)) {
		if kind, ok := strings.CutPrefix(variable, "VUELTO_QUEUE_"); ok {
			t.Kinds[job.Kind(strings.ToLower(kind))] = word(variables[variable])
		}
	}
}

// rule notes which queue the bucket's events go to, as which kind of job.
func (t *Template) rule(r resource) {
	targets, _ := r.Properties["Targets"].([]any)
	for _, x := range targets {
		target, _ := x.(map[string]any)
		if j, err := job.Decode([]byte(word(at(target, "InputTransformer", "InputTemplate")))); err == nil {
			t.Kinds[j.Kind] = logical(word(target["Arn"]))
		}
	}
}

// filtered reads which records a stream's mapping lets through; nothing if it lets all.
func filtered(mapping map[string]any) (sks []string) {
	filters, _ := at(mapping, "Properties", "FilterCriteria", "Filters").([]any)
	for _, f := range filters {
		m, _ := f.(map[string]any)
		var pattern struct {
			DynamoDB struct {
				Keys struct {
					SK struct{ S []string }
				}
			}
		}
		if json.Unmarshal([]byte(word(m["Pattern"])), &pattern) == nil {
			sks = append(sks, pattern.DynamoDB.Keys.SK.S...)
		}
	}
	return sks
}

func schedule(name string, r resource) (ScheduleSpec, error) {
	e, err := ParseExpression(word(r.Properties["ScheduleExpression"]), word(r.Properties["ScheduleExpressionTimezone"]))
	if err != nil {
		return ScheduleSpec{}, fmt.Errorf("template: %s: %w", name, err)
	}
	return ScheduleSpec{Name: name, Expression: e, Queue: logical(word(at(r.Properties, "Target", "Arn"))),
		Message: word(at(r.Properties, "Target", "Input"))}, nil
}

func at(m map[string]any, path ...string) any {
	var v any = m
	for _, p := range path {
		inner, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = inner[p]
	}
	return v
}

// logical is the logical id of "!GetAtt Queue.Arn" or "!Ref Queue".
func logical(ref string) string {
	name, _, _ := strings.Cut(ref, ".")
	return name
}

func word(v any) string {
	s, _ := v.(string)
	return s
}

func number(v any) int {
	switch n := v.(type) {
	case uint64:
		return int(n)
	case int64:
		return int(n)
	case int:
		return n
	}
	return 0
}
