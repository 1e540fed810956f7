package proof

import (
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/store"
)

const day = 24 * time.Hour

// stage is when something becomes of a refund, since the beginning, and what.
type stage struct {
	at time.Duration
	to disbursement.State
	by string
}

// lives is a refund that lives through stages, the first of which is what it is stored as.
func (p *plot) lives(ref string, said time.Duration, stages ...stage) accepted {
	d := refund()
	d.ID, d.CreatedAt, d.Payment = disbursement.RefundID("demo", ref), begin.Add(said), ""
	d.StoppedAt = d.CreatedAt
	for i, s := range stages {
		at := begin.Add(s.at + 1) // no event of the world falls on that nanosecond
		p.world.At(at, func() {
			if i == 0 {
				d.State, d.History = s.to, []disbursement.Step{{At: d.CreatedAt, To: s.to, By: s.by, Evidence: "request"}}
			} else {
				d = then(d, s.to, s.by, s.by+":"+s.at.String())
			}
			put := store.Put{Record: disbursement.Encode(d)}
			p.put(put)
			p.watch.committed([]store.Write{put})
		})
	}
	return accepted{d.ID, "efecty", begin.Add(stages[0].at + 1)}
}

// Accepted work is judged when its own twelve days are over, by the world's clock: what a life asked for late, or a person let go late,
// is waited for; what ends only while others are waited for is late, and so is what ended too late before anybody looked. What a record
// says of when it was made, let go or stopped counts for nothing.
func TestEachRefundHasItsTwelveDays(t *testing.T) {
	const asked, held, queued, over, sent = disbursement.AwaitingApproval, disbursement.Held, disbursement.Queued, disbursement.Rejected, disbursement.Unknown
	always := []stage{{0, sent, "ana"}}
	for n := range 12 {
		at := time.Duration(n+1) * 5 * day / 2
		always = append(always, stage{at, held, "sweep"}, stage{at + time.Hour, queued, "ana"})
	}
	for name, c := range map[string]struct {
		story []stage
		said  time.Duration // when the record says that it was made, and stopped last
		other time.Duration // when another is asked for, which is over when its days are; 0 = there is none
		late  int
		until time.Duration
	}{
		"over in time":                     {story: []stage{{0, sent, "ana"}, {11 * day, over, "webhook"}}, until: ending + 6*time.Hour},
		"over too late, before the end":    {story: []stage{{0, sent, "ana"}, {12*day + time.Hour, over, "webhook"}}, late: 1, until: ending + 6*time.Hour},
		"with a person too late":           {story: []stage{{0, sent, "ana"}, {15 * day, held, "sweep"}}, late: 1, until: ending + 6*time.Hour},
		"asked for late, over in time":     {story: []stage{{5 * day, sent, "ana"}, {16*day + 12*time.Hour, over, "webhook"}}, until: 17 * day},
		"asked for late, and never over":   {story: []stage{{5 * day, sent, "ana"}}, late: 1, until: 17 * day},
		"says that it was asked for late":  {story: []stage{{day, sent, "ana"}, {15 * day, over, "webhook"}}, said: 5 * day, late: 1, until: ending + 6*time.Hour},
		"says so, and is never over":       {story: []stage{{day, sent, "ana"}}, said: 60 * day, late: 1, until: ending + 6*time.Hour},
		"asked for late, over too late":    {story: []stage{{5 * day, sent, "ana"}, {17*day + time.Hour, over, "webhook"}}, late: 1, until: 17 * day},
		"over while another is waited for": {story: []stage{{day, sent, "ana"}, {16*day + 12*time.Hour, over, "webhook"}}, other: 5 * day, late: 1, until: 17 * day},
		"over too late, before another is": {story: []stage{{5 * day, sent, "ana"}, {17*day + time.Hour, over, "webhook"}}, other: 6 * day, late: 1, until: 18 * day},
		"held from the beginning":          {story: []stage{{5 * day, held, "ana"}}, until: ending + 6*time.Hour},
		"held, and let go again":           {story: []stage{{0, sent, "ana"}, {2 * day, held, "sweep"}, {6 * day, queued, "ana"}, {17*day + time.Hour, over, "webhook"}}, until: 18 * day},
		"held, and let go by a part":       {story: []stage{{0, sent, "ana"}, {2 * day, held, "sweep"}, {3 * day, queued, "sweep"}, {14*day + 12*time.Hour, over, "webhook"}}, late: 1, until: ending + 6*time.Hour},
		"held, and found by the provider":  {story: []stage{{0, sent, "ana"}, {10 * day, held, "sweep"}, {15 * day, sent, "webhook"}, {16*day + 12*time.Hour, over, "webhook"}}, until: 17 * day},
		"agreed to late":                   {story: []stage{{0, asked, "ana"}, {5 * day, queued, "beto"}, {16*day + 12*time.Hour, over, "webhook"}}, until: 17 * day},
		"never agreed to":                  {story: []stage{{0, asked, "ana"}}, late: 1, until: ending + grace},
		"let go again and again":           {story: always, late: 1, until: ending + grace},
	} {
		p := newPlot(t)
		all := []accepted{p.lives("R-1", c.said, c.story...)}
		if c.other > 0 {
			all = append(all, p.lives("R-2", 0, stage{c.other, sent, "ana"}, stage{c.other + grace, over, "webhook"}))
		}
		p.world.At(begin.Add(c.until), func() {}) // the clock stands where something happens
		until(p.world, ending+6*time.Hour, never)
		p.audits.await(all)
		p.audits.run(all)
		if got, now := p.found[i37], p.world.Now().Truncate(time.Second); got != c.late || !now.Equal(begin.Add(c.until)) {
			t.Errorf("%s: %d of %q at %s, want %d at %s", name, got, i37, now, c.late, begin.Add(c.until))
		}
	}
}

// What no client was told of is held to the same: what a provider's book has under an id of ours is stored, and as it says; and what is
// stored comes to its end.
func TestWhatNobodyWasToldOfIsHeldToTheSame(t *testing.T) {
	id := refund().ID
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		plant  func(*plot)
	}{
		{"it is as we say", "", func(p *plot) { p.pay(5_000_00, given(id, 5_000_00)) }},
		{"nothing is stored", i13, func(p *plot) {
			p.world.Networks = []simnet.Network{&book{entries: []simnet.Entry{given(id, 5_000_00)}}}
		}},
		{"it is paid twice", i2, func(p *plot) { p.pay(20_000_00, given(id, 5_000_00), given(id+"-2", 5_000_00)) }},
		{"it is more", ib, func(p *plot) { p.pay(20_000_00, given(id, 20_000_00)) }},
		{"it was never paid", ib, func(p *plot) { p.pay(20_000_00) }},
		{"it never ends, and no book has it", i37, func(p *plot) {
			p.lives("R-1", 0, stage{0, disbursement.Queued, "ana"})
			until(p.world, day, never)
		}},
	} {
		p := newPlot(t)
		c.plant(p)
		p.audits.run(nil)
		if c.breaks == "" && len(p.found) > 0 || c.breaks != "" && p.found[c.breaks] == 0 {
			t.Errorf("%s: found %v, want %q", c.what, p.found, c.breaks)
		}
	}
}
