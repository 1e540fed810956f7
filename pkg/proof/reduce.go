package proof

import (
	"fmt"
	"slices"
)

// Reduced is the least with which a violation still shows.
type Reduced struct {
	Options   Options   // seed, n and the kinds left out
	Violation Violation // as it shows then
	Kinds     []Fault   // that are needed, of those that strike
	Strikes   []string  // each single fault that is needed, in order; empty if there was no time to try
	Runs      int
}

// reduction is the search for it.
type reduction struct {
	Reduced
	more func() bool
}

// fewStrikes is up to how many single faults are tried one by one.
const fewStrikes = 200

// Reduce looks for the least with which a violation still shows, as long as more says there is time: for the smallest n first,
// because each later run is then as short, then for the kinds of fault, halves of them before single ones, and for single
// strikes last.
func Reduce(o Options, v Violation, more func() bool) Reduced {
	o.Progress, o.Tell, o.Workers, o.FailFast = nil, nil, 1, true
	o.Profiles = []Profile{Profile(v.Profile)}
	o.Single, o.World = true, v.World
	r := &reduction{Reduced{Options: o, Violation: v}, more}
	r.fewer()
	r.kinds()
	r.strikes()
	return r.Reduced
}

// shows says whether the same sentence is broken with these options, and keeps them if so.
func (r *reduction) shows(o Options) bool {
	if !r.more() {
		return false
	}
	r.Runs++
	o.Stopped = func() bool { return !r.more() }
	result, err := Run(o)
	if err != nil {
		return false
	}
	for _, found := range result.Found {
		if found.Sentence == r.Violation.Sentence {
			r.Options, r.Violation = o, found
			return true
		}
	}
	return false
}

// fewer makes n smaller, from very small upwards: such runs cost next to nothing. Another n is another story of the same seed, so
// that each is a chance.
func (r *reduction) fewer() {
	for n := 8; n < r.Options.N; n *= 2 {
		o := r.Options
		o.N, o.World = n, 0
		if r.shows(o) {
			return
		}
	}
}

// kinds leaves out what is not needed: halves, then quarters, then one by one.
func (r *reduction) kinds() {
	var left []Fault
	for _, f := range Faults() {
		if !r.Options.without(f) && (r.Options.Only == "" || r.Options.Only == f) {
			left = append(left, f)
		}
	}
	left = halve(left, func(drop []Fault) bool {
		o := r.Options
		o.Without = append(slices.Clone(o.Without), drop...)
		return r.shows(o)
	})
	r.Kinds = left
}

// strikes leaves out single faults, the last ones first: what struck before stays as it was.
func (r *reduction) strikes() {
	var struck []string
	o := r.Options
	o.Struck = func(n int, what string) { struck = append(struck[:min(n, len(struck))], what) }
	if !r.shows(o) || len(struck) > fewStrikes {
		return
	}
	needed := slices.Clone(struck) // of the least run so far: one that does not show it draws others
	for n := len(struck) - 1; n >= 0 && r.more(); n-- {
		o := r.Options
		o.Spare = append(slices.Clone(o.Spare), n)
		if r.shows(o) {
			needed = slices.Clone(struck)
		}
	}
	for n, what := range needed {
		if !slices.Contains(r.Options.Spare, n) {
			r.Strikes = append(r.Strikes, fmt.Sprintf("%d: %s", n+1, what))
		}
	}
}

// halve leaves out as large parts of a list as drop allows, and returns what is left.
func halve(all []Fault, drop func([]Fault) bool) []Fault {
	for size := (len(all) + 1) / 2; size >= 1; size /= 2 {
		for at := 0; at < len(all); {
			part := all[at:min(at+size, len(all))]
			if drop(part) {
				all = slices.Delete(slices.Clone(all), at, at+len(part))
			} else {
				at += size
			}
		}
	}
	return all
}
