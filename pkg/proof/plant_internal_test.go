package proof

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/money"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// plot is where violations are planted: the simulator's checks with nothing around them.
type plot struct {
	t      *testing.T
	found  map[string]int // by sentence
	world  *sim.World
	watch  *watcher
	audits *auditor
}

// idle is the template, read once, whose sweep comes twice a day, and whose files once a week: nothing is for them to do here.
var idle = sync.OnceValues(func() (sim.Template, error) {
	template, err := sim.ReadTemplate("../../template.yaml")
	if err != nil {
		return template, err
	}
	if template, err = template.Rescheduled("rate(1 minute)", "rate(12 hours)"); err != nil {
		return template, err
	}
	return template.Rescheduled("cron(15 6-22 ? * MON-SAT *)", "cron(15 6 ? * MON *)")
})

func newPlot(t *testing.T) *plot {
	t.Helper()
	template, err := idle()
	if err != nil {
		t.Fatal(err)
	}
	p := &plot{t: t, found: map[string]int{}}
	p.world, err = sim.New(sim.Options{Clock: sim.NewVirtual(begin), Seed: 1, Template: template, Log: slog.New(slog.DiscardHandler),
		BaseURL: "https://vuelto.sim", Hooks: sim.Hooks{Keep: keep(nil), WithoutStream: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.world.Close)
	report := func(_, sentence, _ string) { p.found[sentence]++ }
	p.watch = newWatcher(new(fnv64), report)
	p.watch.world = p.world
	p.audits = newAuditor(p.world, report, nil)
	p.audits.watch = p.watch
	return p
}

// refund is one of ours under way, sent once.
func refund() disbursement.Disbursement {
	return disbursement.Disbursement{Tenant: "demo", ID: disbursement.RefundID("demo", "R-1"), Kind: disbursement.Refund, Payment: payment.ID("demo", "A-1"),
		Provider: "efecty", Network: "efecty", Account: "efecty-demo", Amount: money.New(5_000_00, money.COP), CreatedAt: begin, SentAt: begin,
		State: disbursement.Submitting, Attempts: []disbursement.Attempt{{At: begin}},
		History: []disbursement.Step{{At: begin, To: disbursement.Queued, By: "ana", Evidence: "request"},
			{At: begin, From: disbursement.Queued, To: disbursement.Submitting, By: "submit", Evidence: "submit:1"}}}
}

// then is the refund after one more step.
func then(d disbursement.Disbursement, to disbursement.State, by, evidence string) disbursement.Disbursement {
	d.History = append(d.History[:len(d.History):len(d.History)], disbursement.Step{At: begin, From: d.State, To: to, By: by, Evidence: evidence})
	d.State = to
	d.Version++
	return d
}

func (p *plot) commit(d disbursement.Disbursement) {
	p.watch.committed([]store.Write{store.Put{Record: disbursement.Encode(d)}})
}

func (p *plot) put(writes ...store.Write) {
	p.t.Helper()
	if err := p.world.Store.Commit(context.Background(), writes...); err != nil {
		p.t.Fatal(err)
	}
}

// paid is the payment that the refund gives back.
func paid(minor int64) payment.Payment {
	return payment.Payment{Tenant: "demo", ID: payment.ID("demo", "A-1"), Network: "efecty", Provider: "efecty", Account: "efecty-demo", Order: "A-1",
		Amount: money.New(minor, money.COP), State: payment.Paid, CreatedAt: begin, Receipts: []payment.Receipt{{TransactionID: "T1", Minor: minor, At: begin}}}
}

// book is a provider's book that has what a test puts into it.
type book struct {
	simnet.Network
	entries   []simnet.Entry
	doubled   []string
	overdrawn []string
}

func (b *book) Name() string           { return "efecty" }
func (b *book) Ledger() []simnet.Entry { return b.entries }
func (b *book) Doubled() []string      { return b.doubled }
func (b *book) Overdrawn() []string    { return b.overdrawn }

// client is a merchant whose calls are answered by a handler that keeps no promise.
func (p *plot) client(status func(n int) int, body func(n int) string) *merchants {
	m, n := newMerchants(p.world, 1, 0, 1, p.audits.report), 0
	m.ask = func(*http.Request) sim.Reply { n++; return sim.Reply{Status: status(n), Body: []byte(body(n))} }
	return m
}

// plants has for each sentence of the simulator something that breaks it.
func plants() map[string]func(*plot) {
	return map[string]func(*plot){
		i1: func(p *plot) {
			sold := payment.Encode(paid(5_000_00))
			sold.Free = 5_000_00 // nothing was taken of it
			p.watch.committed([]store.Write{store.Put{Record: sold}, store.Put{Record: disbursement.Encode(refund())}})
		},
		i2: func(p *plot) { p.watch.called([]simnet.Network{&book{doubled: []string{refund().ID}}}) },
		i3: func(p *plot) {
			d := then(refund(), disbursement.Unknown, "reply", "reply:1")
			p.commit(then(d, disbursement.Rejected, "sweep", "hold:tired"))
		},
		i4: func(p *plot) {
			d := then(then(refund(), disbursement.Queued, "sweep", "lease:1"), disbursement.Submitting, "submit", "submit:2")
			d.Attempts = append(d.Attempts, disbursement.Attempt{At: begin})
			p.commit(d)
		},
		i5: func(p *plot) {
			m := p.client(func(int) int { return http.StatusCreated }, func(n int) string { return fmt.Sprintf(`{"id":"rf_%d"}`, n) })
			for range 200 { // a client whose connection broke, or who changes the body, is drawn
				m.post("/v1/refunds", "k", map[string]any{"amount": 1})
			}
		},
		i8: func(p *plot) {
			d := refund()
			p.commit(d)
			p.commit(then(then(d, disbursement.Unknown, "reply", "reply:1"), disbursement.Accepted, "webhook", "w")) // from a version that is not the last
		},
		i13: func(p *plot) { p.audits.run([]accepted{{refund().ID, "efecty", begin}}) },
		i14: func(p *plot) {
			m := p.client(func(int) int { return http.StatusOK }, func(int) string { return "" })
			m.forge(allsim.Accounts("demo")[0], 1)
		},
		i6: func(p *plot) {
			m := p.client(func(int) int { return http.StatusCreated }, func(int) string { return "{}" })
			m.anew(ana(), "/v1/payouts", "k", map[string]any{})
		},
		i18: func(p *plot) {
			before := []string{"demo#rf_1 2 77"}
			p.audits.unmoved(before, []string{"demo#rf_1 3 78"})
		},
		i22: func(p *plot) {
			d := then(then(refund(), disbursement.Rejected, "reply", "reply:1"), disbursement.Held, "webhook", "w")
			d.HeldReason, d.HeldFrom, d.Contested = disbursement.HoldContested, disbursement.Rejected, true
			p.commit(d)
		},
		i23: func(p *plot) {
			d := refund()
			d.Attempts, d.SentAt = nil, time.Time{}
			p.commit(d)
		},
		i26: func(p *plot) {
			c := p.clerks(http.StatusCreated, disbursement.Queued)
			c.exchanged(noun{ID: "rf_1", Amount: 400050}, map[string]any{"currency": "USD", "amount": int64(100)}, begin)
		},
		i32: func(p *plot) {
			d := refund()
			d.RequestedBy, d.NeedsRole = "ana", "approver"
			p.commit(d)
		},
		i36: func(p *plot) {
			p.commit(then(then(refund(), disbursement.Unknown, "reply", "reply:1"), disbursement.Accepted, "webhook", "reply:1"))
		},
		i37: func(p *plot) {
			p.put(store.Put{Record: disbursement.Encode(refund())})
			p.audits.run([]accepted{{refund().ID, "efecty", begin}})
		},
		ib: func(p *plot) {
			d := then(refund(), disbursement.Rejected, "webhook", "w")
			d.Version = 0
			p.put(store.Put{Record: disbursement.Encode(d)})
			p.world.Networks = []simnet.Network{&book{entries: []simnet.Entry{{Kind: simnet.KindRefund, OurReference: d.ID, Status: simnet.Paid, Amount: 5_000_00, Currency: "COP"}}}}
			p.audits.run([]accepted{{d.ID, "efecty", begin}})
		},
		idl: func(p *plot) { p.audits.deadLetters(map[string][][]byte{"SubmitQueue": {[]byte("{}")}}, nil, nil) },
		i17: func(p *plot) { p.audits.deadLetters(nil, nil, []letter{{"SubmitQueue", "["}}) },
		i31: func(p *plot) { // the other merchant's refund is gone
			t := &troubles{ring: ring{report: p.audits.report}}
			t.strangers(p.world)
		},
		irec: func(p *plot) {
			p.audits.flaws = []flawed{{"efecty-demo", "T1", payment.ID("demo", "A-1"), simnet.RowOver}}
			p.audits.settlements()
		},
		ie: func(p *plot) { p.tell(1) },
		im: func(p *plot) { p.post(time.Hour).check() }, // a day is over, and its report is not there
	}
}

// tell lets a merchant hear of some steps of a story of two; with no silence it hears all.
func (p *plot) tell(heard int) {
	e := &ear{t: &troubles{quiet: true}, report: p.audits.report, took: map[string]map[line]string{}, bodies: map[string]uint64{}, times: map[string]int{}, second: map[string]taken{}}
	d := refund()
	d.Payment, d.Version = "", 0
	p.put(store.Put{Record: disbursement.Encode(d)})
	for n := range heard {
		body, err := json.Marshal(map[string]any{"type": "refund.updated", "data": map[string]any{"id": d.ID, "journal": map[string]int{"entry": n + 1}}})
		if err != nil {
			p.t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodPost, "https://shop.sim/events", io.NopCloser(bytes.NewReader(body)))
		if err != nil {
			p.t.Fatal(err)
		}
		if err := event.Sign(req.Header, fmt.Sprint("evt_", n), begin, body, []string{sim.DemoSecret}); err != nil {
			p.t.Fatal(err)
		}
		if _, err := e.hear(req); err != nil {
			p.t.Fatal(err)
		}
	}
	e.check(p.world, []accepted{{d.ID, "efecty", begin}})
}

// A check that cannot fail proves nothing: each sentence of the simulator is broken once by hand.
func TestEverySentenceIsHeldByACheckThatFails(t *testing.T) {
	all := plants()
	for _, sentence := range Sentences() {
		name, _, _ := strings.Cut(sentence, ":")
		t.Run(name, func(t *testing.T) {
			plant, known := all[sentence]
			if !known {
				t.Fatal("nothing breaks it")
			}
			p := newPlot(t)
			plant(p)
			if p.found[sentence] == 0 {
				t.Errorf("broken, and nobody noticed: %s; found %v", sentence, p.found)
			}
			delete(all, sentence)
		})
	}
	for sentence := range all {
		t.Errorf("no sentence of the simulator: %s", sentence)
	}
}

// What is in order breaks nothing: the same checks, on an ordinary story.
func TestAnOrdinaryStoryBreaksNothing(t *testing.T) {
	p := newPlot(t)
	d := refund()
	sold := paid(20_000_00)
	record := payment.Encode(sold)
	record.Free = 15_000_00
	p.watch.committed([]store.Write{store.Put{Record: record}, store.Put{Record: disbursement.Encode(d)}})
	p.commit(then(d, disbursement.Accepted, "reply", "reply:1"))
	p.audits.unmoved([]string{"a"}, []string{"a"})
	p.audits.deadLetters(nil, nil, nil)
	p.tell(2)
	if len(p.found) > 0 {
		t.Errorf("%v", p.found)
	}
}

// Who contradicted whom is judged by the step that says so, once: a reminder of a contested refund is nobody's word. A provider
// that dates nothing is not judged at all, but for what it answers when asked.
func TestAReminderOfWhatIsContestedIsNoContradiction(t *testing.T) {
	for _, c := range []struct {
		provider, by string
		want         int
	}{{"dlocal", "webhook", 0}, {"dlocal", "poll", 1}, {"efecty", "webhook", 1}} {
		p := newPlot(t)
		d := then(refund(), disbursement.Rejected, "reply", "reply:1")
		d.Provider, d.Version = c.provider, 0
		p.commit(d)
		d = then(d, disbursement.Held, c.by, "w")
		d.HeldReason, d.HeldFrom, d.Contested = disbursement.HoldContested, disbursement.Rejected, true
		p.commit(d)
		p.commit(then(d, disbursement.Held, "sweep", disbursement.Overdue))
		if p.found[i22] != c.want {
			t.Errorf("%s by %s: %d contradictions, want %d", c.provider, c.by, p.found[i22], c.want)
		}
	}
}

// What a fast clock dated into the future, because the provider had not, makes the money's return look older: that is held, and nobody
// broke a word. With the clock right, after a refusal, or if it was an answer, which bears the provider's Date, it is a contradiction.
func TestAFastClockIsNoContradiction(t *testing.T) {
	for _, c := range []struct {
		from  disbursement.State
		by    string
		ahead time.Duration
		want  int
	}{{disbursement.Paid, "webhook", 3 * time.Minute, 0}, {disbursement.Paid, "webhook", 0, 1}, {disbursement.Paid, "webhook", -time.Minute, 1},
		{disbursement.Rejected, "webhook", 3 * time.Minute, 1}, {disbursement.Paid, "poll", 3 * time.Minute, 1}, {disbursement.Paid, "reply", 3 * time.Minute, 1}} {
		p := newPlot(t)
		d := then(refund(), c.from, c.by, "e:1")
		d.History[len(d.History)-1].At = p.world.Now().Add(c.ahead)
		d.Version, d.EvidenceAt = 0, p.world.Now().Add(c.ahead)
		p.commit(d)
		d = then(d, disbursement.Held, "settlement", "file#71")
		d.HeldReason, d.HeldFrom, d.Contested = disbursement.HoldContested, c.from, true
		p.commit(d)
		if p.found[i22] != c.want {
			t.Errorf("%s by %s, by a clock that was %s ahead: %d contradictions, want %d", c.from, c.by, c.ahead, p.found[i22], c.want)
		}
	}
}

// A row that names its cash the wrong way round fits nothing while we have not heard of that cash: it is moot if we heard only once
// the day had been compared, by a callback days late, and a miss of reconciliation if we knew before.
func TestASwappedRowIsMootOnlyIfNobodyHadToldOfItsCash(t *testing.T) {
	for told, moot := range map[time.Duration]bool{-time.Hour: false, time.Hour: true} {
		p := newPlot(t)
		sold := paid(5_000_00)
		sold.Provider = mute
		sold.History = []payment.Step{{At: begin.Add(told), From: payment.Pending, To: payment.Paid, By: "webhook", Evidence: "w"}}
		p.put(store.Put{Record: payment.Encode(sold)})
		p.audits.missed = map[string]time.Time{"kushki-pe-demo T1": begin}
		if got := p.audits.toldLater(flawed{"kushki-pe-demo", "T1", sold.ID, simnet.RowSwapped}); got != moot {
			t.Errorf("told %s after the day was compared: moot %v", told, got)
		}
	}
}

// A row's wrong day is moot if the row itself was the first to tell of the cash, with any provider; any other flaw of such a row is
// found, where the provider can be asked.
func TestARowOfAWrongDayIsMootOnlyIfItWasTheFirstToTell(t *testing.T) {
	for _, c := range []struct {
		by   string
		flaw simnet.Flaw
		want bool
	}{{"settlement", simnet.RowDay, true}, {"webhook", simnet.RowDay, false}, {"poll", simnet.RowDay, false}, {"settlement", simnet.RowFee, false}} {
		p := newPlot(t)
		sold := paid(5_000_00)
		sold.Provider = "efecty"
		sold.History = []payment.Step{{At: begin, From: payment.Pending, To: payment.Paid, By: c.by, Evidence: "e"}}
		p.put(store.Put{Record: payment.Encode(sold)})
		if got := p.audits.lostTwice(flawed{"efecty-demo", "T1", sold.ID, c.flaw}); got != c.want {
			t.Errorf("%s, told by %s: moot %v", c.flaw, c.by, got)
		}
	}
}
