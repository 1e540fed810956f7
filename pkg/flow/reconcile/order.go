package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// Ordered is where a file asks for a large day: partition/order/{tenant}/{day}/{version of its record}. The bucket's event
// starts the state machine of template.yaml, which calls Step once to split, once for each part, and once to merge.
const Ordered = "partition/order/"

// Large is how many bytes of settlement files one function compares by itself. Rows and books take about thirty times as much.
const Large = 8 << 20

// machineFor is longer than the state machine may take: when it has passed, a day that is not finished never will be.
const machineFor = 3*time.Hour + 10*time.Minute

func (r *Reconciler) large(rec reconciliation.Reconciliation) bool {
	return r.Large > 0 && sizeOf(rec) > r.Large
}

// sizeOf the files that count, in bytes. Files that came before sizes were noted have none.
func sizeOf(rec reconciliation.Reconciliation) (bytes int64) {
	for _, f := range rec.Current() {
		bytes += f.Size
	}
	return bytes
}

// order the state machine. What asks is a file, so that it is asked for as surely as files are kept; should its event be lost,
// the lease ends and the sweep asks again.
func (r *Reconciler) order(ctx context.Context, rec reconciliation.Reconciliation) error {
	return r.Files.Put(ctx, fmt.Sprintf("%s%s/%s/%d", Ordered, rec.Tenant, rec.ID, rec.Version), []byte("{}"))
}

// Step is one call of the state machine and its answer.
type Step struct {
	Do   string `json:"do,omitempty"`  // match or merge; empty = split what Key orders
	Key  string `json:"key,omitempty"` // of the order
	Plan string `json:"plan"`          // name of the plan's file; empty = there is nothing to do
	// Parts are the numbers of the parts that the plan has, and Part the one that is meant.
	Parts []int `json:"parts"`
	Part  int   `json:"part,omitempty"`
}

// errNoStep answers an event that asks for nothing: the machine's input has lost what it is about.
var errNoStep = errors.New("reconcile: a step without an order and without a plan")

// Step does one call. Each may be repeated, and gives the same again; what it answers is kept in files before.
func (r *Reconciler) Step(ctx context.Context, s Step) (Step, error) {
	switch {
	case s.Do == "" && s.Key != "":
		return r.split(ctx, s)
	case s.Do == "":
		return Step{}, errNoStep
	case s.Plan == "":
		return Step{Parts: []int{}}, nil
	case s.Do == "match":
		return Step{Parts: []int{}}, r.match(ctx, s)
	case s.Do == "merge":
		return Step{Parts: []int{}}, r.merge(ctx, s)
	}
	return Step{}, fmt.Errorf("reconcile: no step %q", s.Do)
}

// ordered is the day's record that an order names.
func ordered(key string) (store.Key, error) {
	rest, found := strings.CutPrefix(key, Ordered)
	tenant, rest, more := strings.Cut(rest, "/")
	id, _, whole := strings.Cut(rest, "/")
	if !found || !more || !whole || tenant == "" || id == "" {
		return store.Key{}, fmt.Errorf("reconcile: %.200q is no order", key)
	}
	return reconciliation.Key(tenant, id), nil
}
