package recon

import "github.com/vuelto/vuelto/pkg/settlement"

// dueDays counts business days once for each local day. It is one worker's.
type dueDays struct {
	rules     settlement.Rules
	known     map[int32]int32
	last, due int32 // most records share their day with the one before
}

func newDueDays(rules settlement.Rules) *dueDays {
	d := &dueDays{rules: rules, known: map[int32]int32{}}
	d.due = d.count(0)
	return d
}

// of a local day.
func (d *dueDays) of(local int32) int32 {
	if local == d.last {
		return d.due
	}
	due, known := d.known[local]
	if !known {
		due = d.count(local)
		d.known[local] = due
	}
	d.last, d.due = local, due
	return due
}

func (d *dueDays) count(local int32) int32 {
	return dayOf(d.rules.Country.AddBusinessDays(dateOf(local), d.rules.SettlesIn))
}
