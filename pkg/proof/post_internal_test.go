package proof

import (
	"errors"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// post is what looks after letters, so long after the second midnight of the world's.
func (p *plot) post(after time.Duration) *post {
	now := calendar.On(begin, calendar.Colombia().Zone()).AddDays(2).Start(calendar.Colombia().Zone()).Add(after)
	return newPost(p.audits.report, func() time.Time { return now })
}

// Each check on letters fails where it should, and nowhere else.
func TestWhatMayNotBecomeOfALetterIsNoticed(t *testing.T) {
	const buyer, other = "returns@example.com", "bounce@example.com"
	ends := func(mail, sms notice.Outcome) notice.Notice {
		return notice.Notice{Tenant: "demo", Event: "evt_1", Kind: notice.Paid, Subject: "rf_1", Mail: notice.Channel{Outcome: mail}, SMS: notice.Channel{Outcome: sms}}
	}
	unheard := func() store.Record {
		return event.Encode(event.Unheard("demo", "evt_1", "rf_1", "paid", begin), begin)
	}
	shut := func(to string) store.Record {
		return notice.Close("demo", notice.Digest("demo", to), job.Bounce, begin)
	}
	waits := ends(notice.Waiting, notice.NoWay)
	waits.Due = begin
	wrote := func(to string, records ...store.Record) func(*plot) {
		return func(p *plot) {
			x := p.post(-time.Hour) // nobody waits for a report yet
			x.buyers["rf_1"] = to
			for _, r := range records {
				x.wrote(r)
			}
			x.check()
		}
	}
	for _, c := range []struct {
		what   string
		breaks string // empty = nothing
		plant  func(*plot)
	}{
		{"one arrived", "", wrote("", notice.Encode(ends(notice.Sent, notice.NoWay)))},
		{"one reached nobody, and the merchant hears", "", wrote(other, notice.Encode(ends(notice.Refused, notice.NoWay)), unheard())},
		{"one reached nobody, and the merchant does not hear", im, wrote(other, notice.Encode(ends(notice.Refused, notice.NoWay)))},
		{"the merchant hears twice", im, wrote(other, notice.Encode(ends(notice.Refused, notice.NoWay)), unheard(), unheard())},
		{"the merchant hears of one that arrived", im, wrote("", notice.Encode(ends(notice.Refused, notice.Sent)), unheard())},
		{"one came back, and no more goes there", "", wrote(buyer, notice.Encode(ends(notice.Bounced, notice.Sent)), shut(buyer))},
		{"one came back, and more goes there", im, wrote(buyer, notice.Encode(ends(notice.Bounced, notice.Sent)), shut(other))},
		{"one came back, and is said to have been sent", im, wrote(buyer, notice.Encode(ends(notice.Sent, notice.Sent)), shut(buyer))},
		{"one waits for ever", im, wrote("", notice.Encode(waits))},
		{"one cannot be read", im, wrote("", store.Record{Key: notice.Key("demo", "evt_1"), Body: []byte("{")})},
	} {
		t.Run(c.what, func(t *testing.T) { noticed(t, c.breaks, c.plant) })
	}
}

// Nothing goes to an address from which something came back, but for what was on its way.
func TestAMailToAShutAddressIsNoticed(t *testing.T) {
	for after, breaks := range map[time.Duration]string{frozen: "", frozen + time.Second: im} {
		noticed(t, breaks, func(p *plot) {
			x := p.post(-time.Hour)
			now := begin
			x.now = func() time.Time { return now }
			h := sim.Hooks{Committed: func([]store.Write) {}, Strike: func(_ sim.Point, effect func() error) error { return effect() }}
			x.wear(&h)
			h.Committed([]store.Write{store.Put{Record: notice.Close("demo", notice.Digest("demo", "returns@example.com"), job.Bounce, begin)}})
			now = begin.Add(after)
			failing := errors.New("away")
			if err := h.Strike(sim.Point{Boundary: "carrier", Call: "send", About: "email", Subject: "returns@example.com"}, func() error { return failing }); !errors.Is(err, failing) {
				t.Errorf("the carrier says %v", err)
			}
		})
	}
}

// A day's report goes out once the day is over, to each as its carrier lets it.
func TestAReportBeforeItsDayIsOverIsNoticed(t *testing.T) {
	day := calendar.On(begin, calendar.Colombia().Zone())
	over := day.Start(calendar.Colombia().Zone()).Add(23 * time.Hour)
	for _, c := range []struct {
		what   string
		breaks string
		at     time.Time
		change func(*notice.Report)
	}{
		{"in time", "", over, func(*notice.Report) {}},
		{"too early", im, over.Add(-fast - time.Second), func(*notice.Report) {}},
		{"one reader has not got it", im, over, func(r *notice.Report) { r.To[0].Mail.Outcome = notice.Waiting }},
		{"it cannot be that one has it", im, over, func(r *notice.Report) { r.To[1].Mail.Outcome = notice.Sent }},
	} {
		t.Run(c.what, func(t *testing.T) {
			noticed(t, c.breaks, func(p *plot) {
				x := p.post(time.Hour)
				end := x.now
				x.now = func() time.Time { return c.at }
				report := notice.Report{Tenant: "demo", Date: day, To: readers()}
				c.change(&report)
				x.wrote(notice.EncodeReport(report))
				x.now = end
				x.check()
			})
		})
	}
}

// A callback with a secret that is believed no more is judged by when it came: a machine may have read it while it was, and have been
// frozen since.
func TestACallbackIsJudgedByWhenItCame(t *testing.T) {
	for came, breaks := range map[time.Duration]string{remembered: "", remembered + time.Second: i14} {
		p := newPlot(t)
		x := &troubles{world: p.world, ring: ring{left: map[string]time.Time{"efecty-demo old": begin}, times: map[string]int{}, report: p.audits.report}}
		x.answered(simnet.OldSecret, "efecty-demo", "old", begin.Add(came), 200)
		if breaks == "" && len(p.found) > 0 || breaks != "" && p.found[breaks] != 1 {
			t.Errorf("%s after: found %v, want %q", came, p.found, breaks)
		}
	}
}
