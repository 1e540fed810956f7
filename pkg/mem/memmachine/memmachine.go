// Package memmachine runs a state machine of Step Functions in memory, from the definition that deploys: Task, and Map over
// a list, with Retry, ItemSelector and Parameters. Items are done one after the other; what a definition asks for beyond that
// is refused, so that none is believed to have been tried here.
package memmachine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Task calls a function by what the definition names as its resource.
type Task func(ctx context.Context, resource string, input []byte) ([]byte, error)

type states struct {
	StartAt string
	States  map[string]state
}

type state struct {
	Type, Resource, Next, ItemsPath, ResultPath string
	End                                         bool
	Parameters, ItemSelector                    map[string]any
	ItemProcessor                               *states
	Retry                                       []struct {
		ErrorEquals []string
		MaxAttempts int
	}
}

// Run plays a definition, given as JSON, on an input. Error: of a task that failed as often as its Retry allows, or of a
// definition that asks for what this does not do.
func Run(ctx context.Context, definition, input []byte, task Task) ([]byte, error) {
	var s states
	if err := json.Unmarshal(definition, &s); err != nil {
		return nil, fmt.Errorf("memmachine: %w", err)
	}
	var v any
	if err := json.Unmarshal(input, &v); err != nil {
		return nil, fmt.Errorf("memmachine: %w", err)
	}
	v, err := s.run(ctx, v, nil, task)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func (s states) run(ctx context.Context, input, item any, task Task) (any, error) {
	for name := s.StartAt; ; {
		at, ok := s.States[name]
		if !ok {
			return nil, fmt.Errorf("memmachine: no state %q", name)
		}
		result, err := at.do(ctx, input, item, task)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if input, err = put(input, at.ResultPath, result); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if at.End {
			return input, nil
		}
		name = at.Next
	}
}

func (s state) do(ctx context.Context, input, item any, task Task) (any, error) {
	switch s.Type {
	case "Task":
		given := input
		var err error
		if s.Parameters != nil {
			if given, err = selected(s.Parameters, input, item); err != nil {
				return nil, err
			}
		}
		return s.call(ctx, given, task)
	case "Map":
		found, err := path(input, s.ItemsPath)
		items, ok := found.([]any)
		if err != nil || !ok || s.ItemProcessor == nil {
			return nil, fmt.Errorf("memmachine: no items at %q, or nothing to do with them", s.ItemsPath)
		}
		results := []any{}
		for _, item := range items {
			given, err := selected(s.ItemSelector, input, item)
			if err != nil {
				return nil, err
			}
			result, err := s.ItemProcessor.run(ctx, given, item, task)
			if err != nil {
				return nil, err
			}
			results = append(results, result)
		}
		return results, nil
	}
	return nil, fmt.Errorf("memmachine: no state of type %q", s.Type)
}

// call a task, again as often as its Retry says.
func (s state) call(ctx context.Context, given any, task Task) (any, error) {
	input, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	tries := 1
	for _, r := range s.Retry {
		tries += r.MaxAttempts
	}
	var output []byte
	for range tries {
		if output, err = task(ctx, s.Resource, input); err == nil {
			var v any
			err = json.Unmarshal(output, &v)
			return v, err
		}
	}
	return nil, err
}

// selected builds an input: names that end in ".$" stand for what their path leads to.
func selected(of map[string]any, input, item any) (any, error) {
	built := map[string]any{}
	for name, v := range of { // any order: each name has a place of its own
		text, _ := v.(string)
		bare, isPath := strings.CutSuffix(name, ".$")
		switch {
		case !isPath:
			built[name] = v
		case text == "$$.Map.Item.Value":
			built[bare] = item
		default:
			found, err := path(input, text)
			if err != nil {
				return nil, err
			}
			built[bare] = found
		}
	}
	return built, nil
}

// path follows "$.a.b".
func path(v any, to string) (any, error) {
	rest, ok := strings.CutPrefix(to, "$")
	for _, name := range strings.Split(strings.TrimPrefix(rest, "."), ".") {
		if name == "" {
			break
		}
		m, isMap := v.(map[string]any)
		if v, ok = m[name]; !isMap || !ok {
			return nil, fmt.Errorf("memmachine: nothing at %q", to)
		}
	}
	if !ok {
		return nil, fmt.Errorf("memmachine: %q is no path", to)
	}
	return v, nil
}

// put a result where the state says: in the input's place, or into it.
func put(input any, to string, result any) (any, error) {
	name, inner := strings.CutPrefix(to, "$.")
	if to == "" || to == "$" {
		return result, nil
	}
	m, ok := input.(map[string]any)
	if !inner || !ok || strings.Contains(name, ".") {
		return nil, fmt.Errorf("memmachine: no result can be put at %q", to)
	}
	m[name] = result
	return m, nil
}
