package template_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vuelto/vuelto/pkg/flow/reconcile"
)

type machine struct {
	Name, Type              string
	DefinitionSubstitutions map[string]string
	Definition              struct {
		StartAt        string
		TimeoutSeconds int
		States         map[string]machineState
	}
	Events map[string]struct {
		Type       string
		Properties struct {
			InputPath string
			Pattern   struct {
				Source []string
				Detail struct {
					Object struct{ Key []struct{ Prefix string } }
				}
			}
		}
	}
	Policies []policy
}

type machineState struct {
	Type, Resource, Next string
	TimeoutSeconds       int
	MaxConcurrency       int
	Retry                []struct {
		ErrorEquals []string
		MaxAttempts int
	}
	ItemProcessor struct {
		ProcessorConfig struct{ Mode, ExecutionType string }
		States          map[string]machineState
	}
}

func largeDay(t *testing.T) (document, machine) {
	t.Helper()
	d := read(t)
	return d, into[machine](t, d.Resources["LargeDay"].Properties)
}

// TestMachineStartsByTheFileThatOrdersIt: where the code puts it, and with its name as input.
func TestMachineStartsByTheFileThatOrdersIt(t *testing.T) {
	_, m := largeDay(t)
	e := m.Events["Order"].Properties
	keys := e.Pattern.Detail.Object.Key
	if len(m.Events) != 1 || len(keys) != 1 || keys[0].Prefix != reconcile.Ordered || e.InputPath != "$.detail.object" || !slices.Equal(e.Pattern.Source, []string{"aws.s3"}) {
		t.Errorf("%+v", m.Events)
	}
}

// TestMachineOutlivesItsFunction: every task is our function, is waited for until the function has been stopped, and is
// repeated; parts are executions of their own, of the kind that may take as long as the function.
func TestMachineOutlivesItsFunction(t *testing.T) {
	d, m := largeDay(t)
	var timeout int
	for _, f := range d.functions(t) {
		if f.Name+".Arn" == m.DefinitionSubstitutions["Function"] {
			timeout = f.Timeout
		}
	}
	tasks := 0
	var look func(map[string]machineState)
	look = func(states map[string]machineState) {
		for name, s := range states {
			if s.Type == "Map" {
				c := s.ItemProcessor.ProcessorConfig
				if c.Mode != "DISTRIBUTED" || c.ExecutionType != "STANDARD" || s.MaxConcurrency < 1 || s.MaxConcurrency > 100 {
					t.Errorf("%s: %+v, %d at once", name, c, s.MaxConcurrency)
				}
				look(s.ItemProcessor.States)
				continue
			}
			tasks++
			attempts := 0
			for _, r := range s.Retry {
				if slices.Equal(r.ErrorEquals, []string{"States.ALL"}) {
					attempts += r.MaxAttempts
				}
			}
			if s.Type != "Task" || s.Resource != "${Function}" || timeout == 0 || s.TimeoutSeconds <= timeout || attempts < 3 {
				t.Errorf("%s: %+v; the function runs for %d s", name, s, timeout)
			}
		}
	}
	look(m.Definition.States)
	if tasks != 3 || m.Type != "STANDARD" || m.Definition.TimeoutSeconds == 0 {
		t.Errorf("%d tasks, %+v", tasks, m.Definition)
	}
}

// TestMachineMayDoWhatItDoes: call its function, and run the parts of its own map.
func TestMachineMayDoWhatItDoes(t *testing.T) {
	_, m := largeDay(t)
	grants := function{Policies: m.Policies}.grants()
	if diff := cmp.Diff([]string{"lambda:InvokeFunction", "states:DescribeExecution", "states:StartExecution", "states:StopExecution"}, slices.Sorted(maps.Keys(grants))); diff != "" {
		t.Error(diff)
	}
	for action, resources := range grants {
		for _, r := range resources {
			if own := strings.Contains(r, ":"+m.Name); !own && r != m.DefinitionSubstitutions["Function"] {
				t.Errorf("it may %s on %s", action, r)
			}
		}
	}
}

// TestMachineHasItsAlarms: an execution that fails and one that takes too long.
func TestMachineHasItsAlarms(t *testing.T) {
	d, _ := largeDay(t)
	var got []string
	for _, name := range d.ofType("AWS::CloudWatch::Alarm") {
		a := into[alarm](t, d.Resources[name].Properties)
		for _, dimension := range a.Dimensions {
			if dimension.Name == "StateMachineArn" && dimension.Value == "LargeDay" {
				got = append(got, a.MetricName)
			}
		}
	}
	if slices.Sort(got); !slices.Equal(got, []string{"ExecutionsFailed", "ExecutionsTimedOut"}) {
		t.Errorf("alarms %v", got)
	}
}

// TestPartsOfLargeDaysAreNotKeptForEver: they are copies.
func TestPartsOfLargeDaysAreNotKeptForEver(t *testing.T) {
	rules := into[struct {
		LifecycleConfiguration struct {
			Rules []struct {
				Prefix           string
				Status           string
				ExpirationInDays int
			}
		}
	}](t, read(t).Resources["Bucket"].Properties).LifecycleConfiguration.Rules
	for _, r := range rules {
		if r.ExpirationInDays != 0 && (r.Prefix != "partition/" || r.Status != "Enabled") {
			t.Errorf("%+v: what is kept for years goes", r)
		}
	}
	if !slices.ContainsFunc(rules, func(r struct {
		Prefix           string
		Status           string
		ExpirationInDays int
	}) bool {
		return r.Prefix == "partition/" && r.ExpirationInDays > 0
	}) {
		t.Errorf("%+v", rules)
	}
}
