package proof

import (
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
)

// wait is how long a refund or payout has been waited for, by the world's own clock: what the code under test wrote into its records
// says nothing about whether it was late.
type wait struct {
	since time.Time // when it was first stored, or a person let it go; later by as long as people had it
	aside time.Time // since when a person has it, who must agree or look; zero = nobody has
	over  bool
	late  bool // it was over, or with a person, only when its twelve days had passed
}

// moved is the wait after a commit.
func (w wait) moved(d disbursement.Disbursement, now time.Time) wait {
	if w.since.IsZero() {
		w.since = now
	}
	ended, people := over(d), d.State == disbursement.Held || d.State == disbursement.AwaitingApproval
	w.late = w.late || ended && !w.over && now.After(w.from(now).Add(grace))
	switch {
	case people && w.aside.IsZero():
		w.aside = now
	case !people && !w.aside.IsZero():
		w.since, w.aside = w.from(now), time.Time{}
		if d.State == disbursement.Queued && person(d.History[len(d.History)-1].By) {
			w.since = now
		}
	}
	w.over = ended
	return w
}

// from is since when only a provider, or we, have kept it waiting.
func (w wait) from(now time.Time) time.Time {
	if w.aside.IsZero() {
		return w.since
	}
	return w.since.Add(now.Sub(w.aside))
}

// person says that neither a provider nor a part of ours made a step.
func person(by string) bool { return !machine(by) && by != "sweep" && by != "submit" && by != "" }

// untold are the refunds and payouts that are stored, or in a provider's book, and of which no client was told: the answer got lost,
// or the process ended between the commit and it. They are held to the same.
func (a *auditor) untold(told []accepted, books map[string]entry) []accepted {
	known, all := map[string]bool{}, []accepted{}
	for _, x := range told {
		known[x.ID] = true
	}
	add := func(id, provider string) {
		if !known[id] {
			known[id] = true
			all = append(all, accepted{id, provider, a.waitOf(id, begin).since})
		}
	}
	for id := range books { // any order: sorted below
		add(id, "a provider")
	}
	if a.watch != nil {
		for pk := range a.watch.stories { // any order: sorted below
			if strings.HasPrefix(pk, "demo#") { // another merchant's are judged by what became of them elsewhere
				add(IDOf(pk), "a provider")
			}
		}
	}
	slices.SortFunc(all, func(x, y accepted) int {
		if x.ID < y.ID {
			return -1
		}
		return 1
	})
	return all
}

// waitOf is the wait of a refund or payout as the world saw it; of one that the world never saw, since an instant.
func (a *auditor) waitOf(id string, since time.Time) wait {
	if a.watch != nil {
		if s, known := a.watch.stories["demo#"+id]; known {
			return s.wait
		}
	}
	return wait{since: since}
}
