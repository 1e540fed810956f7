package proof

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

// newAuditor of a world that has ended, whose settlement files have these flaws.
func newAuditor(w *sim.World, report func(subject, sentence, detail string), flaws []flawed) *auditor {
	return &auditor{world: w, report: report, flaws: flaws, states: map[string]int{}}
}

// auditor compares, once all is over, what we say with what the providers' own books say.
type auditor struct {
	world  *sim.World
	report func(subject, sentence, detail string)
	states map[string]int
	people *people
	watch  *watcher             // who saw when what was stored; nil = nobody
	needed int                  // had to wait for a person, whom nobody had meant to ask
	meant  int                  // wait for a person on purpose
	flaws  []flawed             // what the settlement files say wrongly
	asked  map[string]wish      // what people asked for, by what was accepted
	missed map[string]time.Time // account and id of rows that are in no books → when their day was last compared
}

// run checks every disbursement and every order; it counts how many of those that somebody was told of are in which state.
func (a *auditor) run(all []accepted) {
	received, orders := a.received()
	for _, id := range orders {
		a.payment(id, received[id])
	}
	books, given := entries(a.world.Networks), map[string]int64{}
	for _, x := range all {
		if d, ok := a.check(x, books[x.ID], given); ok {
			a.states[string(d.State)]++
			a.waited(d)
		}
	}
	for _, x := range a.untold(all, books) {
		a.check(x, books[x.ID], given)
	}
	a.overdrawn(given, received)
}

// check holds one refund or payout against the provider's book, and adds what was given back of its payment; false if there is no such.
func (a *auditor) check(x accepted, e entry, given map[string]int64) (disbursement.Disbursement, bool) {
	d, err := a.find(x.ID)
	if err != nil {
		a.report(x.ID, i13, fmt.Sprintf("%v; the providers' books have %d live of it, and %d that ended", err, e.live, e.dead))
		return d, false
	}
	a.people.hold(d, e)
	if e.live > 1 {
		a.report(x.ID, i2, fmt.Sprintf("%d live entries in the book of %s", e.live, x.Provider))
	}
	if w := a.waitOf(x.ID, x.At); !over(d) || w.late {
		a.report(x.ID, i37, fmt.Sprintf("not within twelve days; now %s, %s after acceptance", d.State, a.world.Now().Sub(x.At).Round(time.Hour)))
	}
	if detail := disagree(d, e); detail != "" {
		a.report(x.ID, ib, detail)
	}
	if detail := amounts(d, e, a.asked[x.ID]); detail != "" {
		a.report(x.ID, ib, detail)
	}
	if detail := kept(d, e, a.misstated(x.ID)); detail != "" {
		a.report(x.ID, ib, detail)
	}
	if d.Payment != "" {
		given[d.Payment] += e.sum
	}
	return d, true
}

// await goes on until whatever is unfinished has had its twelve days: a life may ask for its refund a day after the opening, and a
// person may let it go later still. It goes on for twelve days at most; what is not over by then is late all the same.
func (a *auditor) await(all []accepted) {
	now, last := a.world.Now(), begin.Add(ending+grace)
	for now.Before(last) {
		next := a.unfinished(all, now)
		if next.IsZero() {
			return
		}
		now = next
		until(a.world, min(next.Sub(begin), ending+grace), never)
	}
}

// unfinished says when the next of what is neither over nor with a person will be late; zero if whatever is is so already.
func (a *auditor) unfinished(all []accepted, now time.Time) (next time.Time) {
	for _, x := range all {
		d, err := a.find(x.ID)
		if err != nil || over(d) {
			continue
		}
		end := a.waitOf(x.ID, x.At).from(now).Add(grace)
		if end.After(now) && (next.IsZero() || end.Before(next)) {
			next = end
		}
	}
	return next
}

func never() bool { return false }

// over says that it ended, or that a person has it.
func over(d disbursement.Disbursement) bool { return d.State.Done() || d.State == disbursement.Held }

// waited counts a disbursement that waits for a person, or waited until a person ended it: those would otherwise make the share of
// what needs people look small. What was asked for so that a person must look is meant to wait, and counted apart.
func (a *auditor) waited(d disbursement.Disbursement) {
	meant, needed := false, false
	for i, s := range d.History {
		switch {
		case s.To == disbursement.Held && s.From == disbursement.Held:
		case s.To == disbursement.Held && i == 0:
			meant = true
		case s.To == disbursement.Held:
			needed = true
		case s.From == disbursement.Held:
			meant, needed = false, needed && !machine(s.By)
		}
	}
	switch {
	case needed:
		a.needed++
	case meant:
		a.meant++
	}
}

// machine says that evidence came, rather than a person.
func machine(by string) bool {
	return by == disbursement.ByReply || by == "webhook" || by == "poll" || by == "settlement"
}

// closed says that two people ended a hold.
func closed(s disbursement.Step) bool { return strings.HasPrefix(s.Evidence, "resolve:") }

// disagree says how our record and the provider's book differ; what a person has to look at may.
func disagree(d disbursement.Disbursement, e entry) string {
	if d.State == disbursement.Held || d.Route == disbursement.Manual && e == (entry{}) { // paid by hand, beside the provider
		return ""
	}
	want := map[disbursement.State][]string{
		disbursement.Paid: {simnet.Paid}, disbursement.Settled: {simnet.Paid},
		disbursement.Returned:  {simnet.Returned, simnet.Expired},
		disbursement.Rejected:  {simnet.Rejected, ""},
		disbursement.Cancelled: {simnet.Cancelled, ""},
	}[d.State]
	if d.Provider != d.Network && (d.State == disbursement.Rejected || d.State == disbursement.Cancelled) {
		// A gateway's wire has one word for money that never left, whatever the reason in its book.
		want = []string{simnet.Rejected, simnet.Cancelled, simnet.Expired, ""}
		if d.PaidAt.IsZero() { // nor what was paid without our hearing of it, and came back
			want = append(want, simnet.Returned)
		}
	}
	if n := len(d.History); d.State == disbursement.Cancelled && n > 0 && closed(d.History[n-1]) { // two people ended what the provider had refused
		want = append(want, simnet.Rejected, simnet.Expired)
	}
	for _, status := range want {
		if status == e.last {
			return ""
		}
	}
	return fmt.Sprintf("we say %s, the provider's book says %q", d.State, e.last)
}

func (a *auditor) find(id string) (disbursement.Disbursement, error) {
	record, err := a.world.Store.Get(context.Background(), disbursement.Key("demo", id))
	if err != nil {
		return disbursement.Disbursement{}, err
	}
	return disbursement.Decode(record)
}

// fingerprint is everything about money in the store and in the providers' books: states, balances, attempts, a line each.
// Equal fingerprints mean nothing moved.
func (w *watcher) fingerprint(world *sim.World) []string {
	var lines []string
	for pk, s := range w.stories { // any order: sorted below
		lines = append(lines, fmt.Sprintln(pk, s.steps, s.sum))
	}
	for pk, b := range w.payments { // any order: sorted below
		lines = append(lines, fmt.Sprintln(pk, b.paid, b.free, b.held))
	}
	sort.Strings(lines)
	for _, n := range world.Networks {
		for _, e := range n.Ledger() {
			lines = append(lines, fmt.Sprintln(e))
		}
	}
	return lines
}

// unmoved holds two fingerprints, with messages of the past sent again in between, against each other.
func (a *auditor) unmoved(before, after []string) {
	if what := moved(before, after); what != "" {
		subject, _, _ := strings.Cut(what, " ")
		a.report(subject, i18, "redriving old messages moved money: "+what)
	}
}

// moved names what two fingerprints differ in; empty if in nothing.
func moved(before, after []string) string {
	for i, line := range after {
		if i >= len(before) || before[i] != line {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
