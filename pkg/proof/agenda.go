package proof

import "time"

// busy puts what people see to besides refunds and payouts into their agenda.
func (p *people) busy() {
	w, want := p.m.world, p.m.want
	on := func(after time.Duration, what func()) { w.After(after, func() { w.Go(what, nil) }) }
	for n := range 1 + want/100 {
		on(p.span(opening), func() { p.batch(n) })
	}
	for n := range 4 + want/200 {
		on(2*24*time.Hour+p.span(8*24*time.Hour), func() { p.books(n) })
	}
	for _, after := range []time.Duration{7, 9} {
		on(after*24*time.Hour, p.clear)
	}
	on(opening/3, p.block)
	for n := range 3 {
		on(p.span(opening), p.govern)
		on(time.Duration(n)*8*time.Hour+p.span(time.Hour), func() { p.quote(n) })
		on(p.span(opening), func() { p.listen(n) })
		on(12*time.Hour+p.span(opening), p.again)
		on(p.span(opening), func() { p.stopped(n) })
		on(p.span(opening), func() { p.unsold(n) })
	}
	for n := range 2 {
		on(p.span(opening), func() { p.desk(n) })
	}
	on(6*24*time.Hour+p.span(opening), p.upload)
	on(p.span(opening), p.month)
	if p.seldom {
		p.apart().rare(on)
	}
}

// rare is what is seldom done.
func (p *people) rare(on func(after time.Duration, what func())) {
	for n := range 2 {
		on(p.span(opening), func() { p.foreseen(n) })
		on(p.span(opening), func() { p.most(n) })
		on(p.span(opening), func() { p.named(n) })
		on(p.span(opening), func() { p.lost(n) })
	}
	on(p.span(opening), p.keys)
	on(p.span(opening), p.unheld)
	for n := range 2 {
		on(p.span(opening), func() { p.matched(n) })
		on(3*24*time.Hour+p.span(opening/2), func() { p.drops(n) })
		on(3*24*time.Hour+p.span(opening/2), func() { p.strike(n) })
	}
	for n := range 2 {
		on(p.span(opening), func() { p.shop(n) })
	}
	on(p.span(opening), p.accounts)
	for n := range 4 {
		on(p.span(opening/2), func() { p.unreachable(n) })
	}
	for n := range browses {
		on(time.Duration(2+5*n)*24*time.Hour, func() { p.browse(n) })
	}
}
