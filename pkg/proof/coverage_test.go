package proof_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vuelto/vuelto/pkg/proof"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// applicable says what can befall a call site, from its name alone: boundary, call, subject.
func applicable(site string) []proof.Fault {
	boundary, rest, _ := strings.Cut(site, " ")
	call, about, _ := strings.Cut(rest, " ")
	switch {
	case boundary == "callback":
		return of(simnet.LostCallback, simnet.DuplicateCallback, simnet.LateCallback, simnet.BadSignature)
	case boundary == "queue" && call == "deliver":
		return []proof.Fault{proof.Duplicate, proof.Delay, proof.Reorder}
	case boundary == "settlement": // a row of a provider's file
		var flaws []proof.Fault
		for _, f := range simnet.Flaws() {
			flaws = append(flaws, proof.Fault(f))
		}
		return flaws
	case boundary == "provider" && call != strings.ToUpper(call): // a provider's name and not a method: its end of the wire
		kinds := of(simnet.Outage, simnet.TimeoutBefore, simnet.TimeoutAfter, simnet.Broken500, simnet.Broken502, simnet.Broken404,
			simnet.Malformed, simnet.RateLimit)
		if about == string(simnet.OpDisbursement) {
			kinds = append(kinds, of(simnet.LateCommit, simnet.Reject)...)
		}
		return kinds
	}
	kinds := slices.Clone(ends())
	if boundary == "store" {
		kinds = append(kinds, proof.Throttle)
	}
	if boundary == "store" && call == "commit" {
		kinds = append(kinds, proof.Contention, proof.ReplyLost)
	}
	return kinds
}

// ends are what can befall a handler at any of its I/Os.
func ends() []proof.Fault {
	return []proof.Fault{proof.CrashBefore, proof.CrashAfter, proof.Stall, proof.Overrun}
}

func of(kinds ...simnet.Kind) []proof.Fault {
	faults := make([]proof.Fault, len(kinds))
	for i, k := range kinds {
		faults[i] = proof.Fault(k)
	}
	return faults
}

// table is how often each fault struck at each call site.
type table struct {
	visits map[string]int
	struck map[string]map[proof.Fault]int
	kinds  map[proof.Fault]int
}

// run adds a run's faults to the table.
func (c *table) run(t *testing.T, o proof.Options) {
	t.Helper()
	r, err := proof.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Violations > 0 {
		t.Errorf("%d violations at strength %v, only %q: %v", r.Violations, o.Rate, o.Only, r.Found[0])
	}
	for at, n := range r.Sites {
		site := strings.TrimSpace(at) // files and deliveries are about nothing in particular
		c.visits[site] += n
		for f, times := range r.Coverage[at] {
			if c.struck[site] == nil {
				c.struck[site] = map[proof.Fault]int{}
			}
			c.struck[site][f] += times
		}
	}
	for f, n := range r.Kinds {
		c.kinds[f] += n
	}
}

// holes are the faults that applied somewhere and never struck there, with the places.
func (c *table) holes() map[proof.Fault][]string {
	found := map[proof.Fault][]string{}
	for _, site := range slices.Sorted(maps.Keys(c.visits)) {
		for _, f := range applicable(site) {
			if c.struck[site][f] == 0 {
				found[f] = append(found[f], site)
			}
		}
	}
	return found
}

func (c *table) String() string {
	var b strings.Builder
	for _, site := range slices.Sorted(maps.Keys(c.visits)) {
		fmt.Fprintf(&b, "\n%-42s %7d  ", site, c.visits[site])
		for _, f := range applicable(site) {
			fmt.Fprintf(&b, " %s %d", f, c.struck[site][f])
		}
	}
	return b.String()
}

// Every fault has struck at every call site where it can: first all of them together, then more of them in fewer lives, then,
// for the sites that are seldom reached, one kind alone and hard.
func TestEveryCallSiteMeetsEveryFaultThatAppliesThere(t *testing.T) {
	o := options(t)
	o.N, o.Rate, o.Sites, o.Profiles = 1000, 5, true, proof.Profiles()[1:]
	c := &table{visits: map[string]int{}, struck: map[string]map[proof.Fault]int{}, kinds: map[proof.Fault]int{}}
	c.run(t, o)
	o.N, o.Rate = 200, 20
	c.run(t, o)
	for round := range uint64(3) {
		missing := c.holes()
		for _, f := range proof.Faults() {
			if len(missing[f]) == 0 {
				continue
			}
			alone := o
			alone.Seed, alone.N, alone.Only, alone.Rate = 2+round, 60, f, 20
			if slices.Contains(ends(), f) {
				alone.Rate = 300
			}
			c.run(t, alone)
		}
	}
	t.Log(c)
	missing := c.holes()
	for _, f := range proof.Faults() {
		for _, site := range missing[f] {
			t.Errorf("%s never struck at %s, which was reached %d times", f, site, c.visits[site])
		}
		if c.kinds[f] == 0 {
			t.Errorf("%s never struck anywhere", f)
		}
	}
	for _, site := range []string{"store commit disbursement", "store commit payment", "queue send submit", "file put", "queue deliver",
		"provider POST efecty disbursement", "provider pagoefectivo disbursement", "callback efecty payment"} {
		if c.visits[site] == 0 {
			t.Errorf("%s was never reached", site)
		}
	}
}
