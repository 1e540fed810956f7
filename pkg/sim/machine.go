package sim

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vuelto/vuelto/pkg/flow/reconcile"
	"github.com/vuelto/vuelto/pkg/mem/memmachine"
)

// stepper is a function that a state machine calls.
type stepper func(ctx context.Context, input []byte) ([]byte, error)

// stepping is a function of steps as Lambda calls it.
func stepping(do func(context.Context, reconcile.Step) (reconcile.Step, error)) stepper {
	return func(ctx context.Context, input []byte) ([]byte, error) {
		var s reconcile.Step
		if err := json.Unmarshal(input, &s); err != nil {
			return nil, err
		}
		answer, err := do(ctx, s)
		if err != nil {
			return nil, err
		}
		return json.Marshal(answer)
	}
}

// openMachines holds the template's state machines against the functions there are. Error: one calls what is no function.
func (w *World) openMachines(t Template, functions map[string]stepper) error {
	for _, m := range t.Machines {
		for _, function := range slices.Sorted(maps.Values(m.Functions)) {
			if functions[function] == nil {
				return fmt.Errorf("sim: %s of template.yaml calls %q, which is no function of steps", m.Name, function)
			}
		}
	}
	w.machines, w.steppers = t.Machines, functions
	return nil
}

// put is what the bucket tells of a file that has been put: a state machine that waits for such a one starts.
func (w *World) put(name string) {
	for _, m := range w.machines {
		if !strings.HasPrefix(name, m.Prefix) {
			continue
		}
		input, err := json.Marshal(map[string]string{"key": name})
		if err != nil {
			panic(err) // strings always encode
		}
		w.Go(func() {
			_, err := memmachine.Run(context.Background(), m.Definition, input, func(_ context.Context, resource string, input []byte) ([]byte, error) {
				function := m.Functions[resource]
				return w.steppers[function](w.begun(function), input)
			})
			if err != nil {
				w.log.Error("state machine failed", "name", m.Name, "key", name, "error", err)
			}
		}, func(bool) {})
	}
}
