package proof_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/proof"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

// applicable says what can befall a call site, from its name alone: boundary, call, subject.
func applicable(site string) []proof.Fault {
	boundary, rest, _ := strings.Cut(site, " ")
	call, about, _ := strings.Cut(rest, " ")
	switch {
	case boundary == "callback":
		kinds := of(simnet.LostCallback, simnet.DuplicateCallback, simnet.LateCallback, simnet.BadSignature, simnet.OldSecret, simnet.PermutedCallback)
		if about == string(simnet.OpDisbursement) {
			kinds = append(kinds, of(simnet.UnknownRefund)...)
		}
		return kinds
	case boundary == "queue" && call == "deliver":
		return []proof.Fault{proof.Duplicate, proof.Delay, proof.Reorder}
	case boundary == "lookup": // what a provider's look-ups tell of a disbursement
		return of(simnet.StatusLag)
	case boundary == "queue" && call == "among":
		return []proof.Fault{proof.Poison}
	case boundary == "queue" && call == "batch":
		return []proof.Fault{proof.Partial}
	case boundary == "settlement": // a row of a provider's file
		var flaws []proof.Fault
		for _, f := range simnet.Flaws() {
			flaws = append(flaws, proof.Fault(f))
		}
		return flaws
	case boundary == "provider" && call != strings.ToUpper(call): // a provider's name and not a method: its end of the wire
		kinds := of(simnet.Outage, simnet.TimeoutBefore, simnet.TimeoutAfter, simnet.Broken500, simnet.Broken502, simnet.Broken404,
			simnet.Malformed, simnet.RateLimit, simnet.SlowDrip)
		if about == string(simnet.OpDisbursement) {
			kinds = append(kinds, of(simnet.LateCommit, simnet.Reject, simnet.DuplicateReference)...)
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

// unhurried looks for what is due every five minutes and asks for files every other hour: that a call site is reached matters
// here, not how soon.
func unhurried(t *testing.T, template sim.Template) sim.Template {
	t.Helper()
	for _, change := range [][2]string{{"rate(1 minute)", "rate(5 minutes)"}, {"cron(15 6-22 ? * MON-SAT *)", "cron(15 6-22/2 ? * MON-SAT *)"}} {
		var err error
		if template, err = template.Rescheduled(change[0], change[1]); err != nil {
			t.Fatal(err)
		}
	}
	return template
}

// aim strikes what is missing, once each, on every third visit of a site, so that no life is beset by all of it; at the first where
// there are few, as of a secret that is made once.
func (c *table) aim() func(site string, f proof.Fault) bool {
	missing, visits := map[string]map[proof.Fault]bool{}, map[string]int{}
	for f, sites := range c.holes() {
		for _, site := range sites {
			if missing[site] == nil {
				missing[site] = map[proof.Fault]bool{}
			}
			missing[site][f] = true
		}
	}
	return func(at string, f proof.Fault) bool {
		site := strings.TrimSpace(at)
		if !missing[site][f] {
			return false
		}
		if visits[site]++; visits[site]%3 != 0 && c.visits[site] >= 50 {
			return false
		}
		delete(missing[site], f)
		return true
	}
}

// batches counts those of several messages, worlds running beside each other.
type batches struct{ whole, part, lone atomic.Int64 }

func (b *batches) saw(_ string, of, failed int) {
	switch {
	case of < 2:
		b.lone.Add(1)
	case failed == 0:
		b.whole.Add(1)
	case failed < of:
		b.part.Add(1)
	}
}

// check says whether some batches of several messages failed in part: the one that nobody can read alone.
func (b *batches) check(t *testing.T) {
	t.Helper()
	if b.part.Load() == 0 {
		t.Errorf("no batch failed in part; %d of several messages did not fail, %d were of one", b.whole.Load(), b.lone.Load())
	}
}

// unsent are the jobs that no handler of the simulated mix sends, with who does.
func unsent() map[job.Kind]string {
	return map[job.Kind]string{job.Sweep: "a schedule", job.Ingest: "a schedule", job.Seal: "a schedule", job.Remind: "a schedule",
		job.Drop:   "the bucket, when a file is laid there",
		job.Bounce: "the mail carrier", job.Complaint: "the mail carrier",
		job.Play: "a sandbox beside a stack: here the providers are the world's"}
}

// sites are the call sites that must be reached, one a line.
func sites(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/sites.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// rounds are those aimed at what is missing, at most.
const rounds = 24

// aimed is a round: a few more refunds, or many more in trouble, with breakers that open at once, where what is seldom done is done.
func (c *table) aimed(o proof.Options, round int) proof.Options {
	o.Seed, o.N, o.Rate, o.Aim = 2+uint64(round), 200, 1, c.aim()
	if round%2 == 1 {
		before := o.Hooks
		o.N, o.Rate = 400, 5
		o.Hooks = func(h *sim.Hooks) {
			before(h)
			h.Bars.Breaker = 2
			skew, n := h.Skew, 0
			h.Skew = func() (time.Duration, int) { // what only a clock that jumps back an hour leads to is seldom else
				by, from := skew()
				if n++; n%50 == 0 {
					return -time.Hour, n / 50 % 40
				}
				return by, from
			}
		}
	}
	return o
}

// unreached are the listed call sites that no run has come to.
func (c *table) unreached(listed []string) []string {
	return slices.DeleteFunc(slices.Clone(listed), func(site string) bool { return c.visits[site] > 0 })
}

// The people in the mix do all that the API lets people do, and every fault has struck at every call site where it can, through all nine
// providers: first as they are drawn, then, where one is missing yet, aimed there. A call site of ours is a function that asks and what
// it asks for. They are listed, so that none is lost unnoticed, and none is new without being listed: -args -update writes the list anew.
func TestEveryCallSiteMeetsEveryFaultThatAppliesThere(t *testing.T) {
	o := options(t)
	o.Template, o.Direct, o.Errands, o.Seldom = unhurried(t, o.Template), false, true, true
	o.N, o.Rate, o.Sites, o.Profiles = 400, 5, true, proof.Profiles()[1:]
	routes := newAsked(t)
	o.Asked = routes.hear
	var parts batches
	o.Hooks = func(h *sim.Hooks) { h.Batch = parts.saw }
	c := &table{visits: map[string]int{}, struck: map[string]map[proof.Fault]int{}, kinds: map[proof.Fault]int{}}
	c.run(t, o)
	listed, round := sites(t), 0
	for ; round < rounds && (*update || len(c.holes()) > 0 || len(c.unreached(listed)) > 0); round++ {
		c.run(t, c.aimed(o, round))
	}
	t.Log(round, "aimed rounds", c)
	missing := c.holes()
	for _, f := range proof.Faults() {
		for _, site := range missing[f] {
			t.Errorf("%s never struck at %s, which was reached %d times", f, site, c.visits[site])
		}
		if c.kinds[f] == 0 {
			t.Errorf("%s never struck anywhere", f)
		}
	}
	routes.check(t)
	parts.check(t)
	if reached := slices.Sorted(maps.Keys(c.visits)); *update {
		if err := os.WriteFile("testdata/sites.txt", []byte(strings.Join(reached, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		listed = reached
	}
	c.check(t, listed)
}

// check holds what was reached against the list.
func (c *table) check(t *testing.T, listed []string) {
	t.Helper()
	for _, site := range c.unreached(listed) {
		t.Errorf("%s was never reached", site)
	}
	for _, kind := range job.Kinds() {
		sent := slices.ContainsFunc(listed, func(site string) bool { return strings.HasPrefix(site, "queue send "+string(kind)+" by ") })
		if why := unsent()[kind]; (why == "") != sent {
			t.Errorf("jobs of kind %s: listed, or said not to be sent here (%q), and not both", kind, why)
		}
	}
	for _, site := range slices.Sorted(maps.Keys(c.visits)) {
		if !slices.Contains(listed, site) {
			t.Errorf("%s is reached and not listed in testdata/sites.txt", site)
		}
	}
}
