package proof

import "fmt"

// Bars of a run at the table's own strength: it says little if hardly anything befell anybody, and a product that hands what it does not
// know to people breaks no invariant either.
const (
	MostHeld    = 2.5  // percent of the accepted that may have had to wait for a person, on each profile
	LeastFaults = 0.5  // faults that are trouble by themselves, per refund asked for: 50,000 of 100,000
	telling     = 1000 // below so many, a share says nothing
)

// Harmless are the kinds of fault that are no trouble by themselves: an index that lags, a clock that is off, a message that overtakes
// another. They are many, and a bar that counted them would be met by them alone.
func Harmless() []Fault { return []Fault{IndexLag, ClockSkew, Reorder} }

// Troubles is how many faults struck that are trouble by themselves.
func (r Result) Troubles() int {
	n := r.Faults
	for _, f := range Harmless() {
		n -= r.Kinds[f]
	}
	return n
}

// Missed says in words which bars a run of these options missed; none if it is not at the table's strength and mixture, or too small.
func (r Result) Missed(o Options) (all []string) {
	if o.Only != "" || o.Single || o.Hooks != nil || o.Aim != nil {
		return nil
	}
	for _, p := range Profiles() {
		accepted := 0
		for _, n := range r.ByProfile[p] {
			accepted += n
		}
		if held := r.HeldBy[p]; o.Rate <= 1 && accepted >= telling && held > MostHeld {
			all = append(all, fmt.Sprintf("%.2f %% of %d had to wait for a person, %s; the bar is %.1f %%", held, accepted, p, MostHeld))
		}
	}
	if n := r.Troubles(); o.Rate >= 1 && len(o.Without) == 0 && r.Refunds >= telling && float64(n) < LeastFaults*float64(r.Refunds) {
		all = append(all, fmt.Sprintf("%d faults that are trouble by themselves struck %d refunds; the bar is %g for each", n, r.Refunds, LeastFaults))
	}
	return all
}
