package template_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// document is template.yaml as far as these tests look at it. Intrinsic functions are read as what they are given:
// "!GetAtt Queue.Arn" as "Queue.Arn".
type document struct {
	Parameters map[string]struct {
		Description string
		Default     any
	}
	Globals   struct{ Function function }
	Resources map[string]resource
	Outputs   map[string]struct{ Description string }
}

type resource struct {
	Type                string
	Condition           string
	DeletionPolicy      string
	UpdateReplacePolicy string
	Properties          map[string]any
}

// function is a Lambda function with the globals already in it.
type function struct {
	Name        string // of the resource
	Folder      string // under functions/
	CodeURI     string
	Description string
	Timeout     int
	Environment struct{ Variables map[string]string }
	Events      map[string]event
	Policies    []policy
}

type event struct {
	Type       string
	Properties struct {
		Path, Method, Queue   string
		BatchSize             int
		FunctionResponseTypes []string

		Stream                     string // of a table
		BisectBatchOnFunctionError bool
		FilterCriteria             struct{ Filters []struct{ Pattern string } }
		DestinationConfig          struct {
			OnFailure struct{ Type, Destination string }
		}
	}
}

type policy struct{ Statement []statement }

type statement struct {
	Effect   string
	Action   any
	Resource any

	Condition map[string]map[string]any
}

func read(t *testing.T) document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var whole map[string]any
	if err := yaml.Unmarshal(text, &whole); err != nil {
		t.Fatal(err)
	}
	return into[document](t, whole)
}

// into reads a part of the document as a type. It goes by JSON, which does not mind the case of names.
func into[T any](t *testing.T, part any) T {
	t.Helper()
	text, err := json.Marshal(part)
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	return v
}

func (d document) ofType(kind string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(d.Resources)) {
		if d.Resources[name].Type == kind {
			names = append(names, name)
		}
	}
	return names
}

// functions are the document's, by folder.
func (d document) functions(t *testing.T) []function {
	t.Helper()
	var all []function
	for _, name := range d.ofType("AWS::Serverless::Function") {
		f := into[function](t, d.Resources[name].Properties)
		f.Name, f.Folder = name, strings.Trim(strings.TrimPrefix(f.CodeURI, "build/"), "/")
		if f.Timeout == 0 {
			f.Timeout = d.Globals.Function.Timeout
		}
		variables := maps.Clone(d.Globals.Function.Environment.Variables)
		maps.Copy(variables, f.Environment.Variables)
		f.Environment.Variables = variables
		all = append(all, f)
	}
	if len(all) == 0 {
		t.Fatal("template.yaml has no functions")
	}
	return all
}

// list is one value or several.
func list(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, fmt.Sprint(x))
		}
		return all
	}
	return nil
}

// grants are a function's actions with the resources they are for.
func (f function) grants() map[string][]string {
	grants := map[string][]string{}
	for _, p := range f.Policies {
		for _, s := range p.Statement {
			for _, action := range list(s.Action) {
				grants[action] = append(grants[action], list(s.Resource)...)
			}
		}
	}
	return grants
}

// folders are the functions that exist as code.
func folders(t *testing.T) []string {
	t.Helper()
	mains, err := filepath.Glob(filepath.Join(repo, "functions", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatalf("no functions: %v", err)
	}
	var names []string
	for _, m := range mains {
		names = append(names, filepath.Base(filepath.Dir(m)))
	}
	return names
}
