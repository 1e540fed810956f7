package proof

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// crash is a place in a life: the n-th I/O of the handlers, before or after its effect.
type crash struct {
	at    int
	after bool
}

func (c crash) String() string {
	if c.after {
		return fmt.Sprintf("after I/O %d", c.at)
	}
	return fmt.Sprintf("before I/O %d", c.at)
}

// Crashes lives one golden refund again and again: accepted, handed over, paid, settled. In each life the process ends at
// one place, or, with pairs, at two, the second of which is any place of the life that the first one left, its recovery
// included. It returns how many lives there were and every violation, with its crashes named; told, if there is one, hears
// after each place how many of the places are done.
func Crashes(o Options, network string, pairs bool, told func(done, places int)) (lives int, found []Violation, err error) {
	if o.Template, err = seldom(o.Template); err != nil {
		return 0, nil, err
	}
	golden, _, err := goldenLife(o, network, nil)
	if err != nil {
		return 0, nil, err
	}
	try := func(crashes ...crash) (ios int, err error) {
		lives++
		ios, violations, err := goldenLife(o, network, crashes)
		found = append(found, violations...)
		return ios, err
	}
	for i, first := range places(0, golden) {
		ios, err := try(first)
		if err != nil {
			return lives, found, err
		}
		if pairs {
			for _, second := range places(first.at+1, ios) {
				if _, err := try(first, second); err != nil {
					return lives, found, err
				}
			}
		}
		if told != nil {
			told(i+1, 2*golden)
		}
	}
	return lives, found, nil
}

// places are those before and after each I/O from the first to the last but excluding it.
func places(first, last int) []crash {
	all := make([]crash, 0, 2*max(last-first, 0))
	for at := first; at < last; at++ {
		all = append(all, crash{at, false}, crash{at, true})
	}
	return all
}

// goldenLife lives one refund with the given crashes and returns how many I/Os the handlers did until it was paid.
func goldenLife(o Options, network string, crashes []crash) (ios int, found []Violation, err error) {
	var world *sim.World
	report := func(subject, sentence, detail string) {
		found = append(found, Violation{Profile: string(o.Profiles[0]), At: world.Now(), Subject: subject, Sentence: sentence,
			Detail: fmt.Sprintf("%s %v: %s", network, crashes, detail)})
	}
	watch := newWatcher(new(fnv64), report)
	armed := false
	strike := func(at sim.Point, effect func() error) error {
		world.Sleep(time.Millisecond)
		if !armed || !counts(at) {
			return effect()
		}
		n := ios
		ios++
		for _, c := range crashes {
			if c.at == n && !c.after {
				world.Kill()
			}
		}
		err := effect()
		for _, c := range crashes {
			if c.at == n && c.after {
				world.Kill()
			}
		}
		world.Sleep(time.Millisecond)
		return err
	}
	world, err = sim.New(sim.Options{Clock: sim.NewVirtual(begin), Seed: 1, Template: o.Template, BaseURL: "https://vuelto.sim",
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Hooks: sim.Hooks{Strike: strike, Committed: func(w []store.Write) { watch.committed(w) },
			Called: func(*http.Request, *http.Response) { watch.called(world.Networks) },
			Keep:   keep(nil),
			Account: func(a provider.Account) provider.Account {
				a.Settings["idempotent"] = fmt.Sprint(o.Profiles[0] == HonoursKeys)
				return a
			}}})
	if err != nil {
		return 0, nil, err
	}
	defer world.Close()
	watch.world = world
	m := newMerchants(world, 1, 0, 1, report)
	l := life{m: m, road: road{provider: network, network: network}, wants: 1}
	paid := ""
	world.Go(func() { paid = l.golden(func() { armed = true }) }, nil)
	until(world, 18*time.Hour, never)
	armed = false
	until(world, 72*time.Hour, never)
	if paid == "" {
		report("golden", i37, "the refund was never accepted")
		return ios, found, nil
	}
	a := newAuditor(world, report, nil)
	a.watch, a.asked = watch, m.asked
	a.run(m.accepted)
	return ios, found, nil
}

// counts says the I/O belongs to the refund's own life; what looks for work or pulls files goes on meanwhile.
func counts(at sim.Point) bool {
	switch at.About {
	case "work", "list", "account", "reconciliation", "apikey", "merchant", "ingest":
		return false
	}
	return at.Boundary != "file" && !strings.HasSuffix(at.About, string(simnet.OpOther))
}

// seldom is the template with a sweep every quarter of an hour, and files asked for thrice a day: a life of days then costs
// a hundredth of a second, and recovery rests on both all the same.
func seldom(t sim.Template) (sim.Template, error) {
	t, err := t.Rescheduled("rate(1 minute)", "rate(15 minutes)")
	if err != nil {
		return t, err
	}
	return t.Rescheduled("cron(15 6-22 ? * MON-SAT *)", "cron(15 6-22/8 ? * MON-SAT *)")
}

// golden is the ordinary life: sold, paid, given back whole, collected.
func (l life) golden(arm func()) string {
	currency, shop, price := l.money()
	answer, ok := l.m.post("/v1/payments", "k", map[string]any{"network": l.network, "store": shop, "order_reference": "golden",
		"amount": price, "currency": currency, "payer": map[string]any{"name": "Ana Núñez", "email": "ana@example.com",
			"document_type": "DNI", "document_number": "10117410", "phone": "+51999888777"}})
	if !ok {
		return ""
	}
	id := answer.ID
	n, _ := l.m.world.Network(l.network)
	if err := n.Pay(id, 0); err != nil {
		return ""
	}
	l.m.world.Sleep(time.Minute)
	arm()
	refund, ok := l.m.post("/v1/refunds", "r", map[string]any{"payment": id, "amount": price, "currency": currency,
		"reason_code": "customer_return", "merchant_refund_id": "golden",
		"beneficiary": map[string]any{"name": "Luis Ñandú", "document_type": "CC", "document_number": "1032456789"}})
	if !ok {
		return ""
	}
	golden := refund.ID
	l.m.accepted = append(l.m.accepted, accepted{golden, l.network, l.m.world.Now()})
	for range 40 {
		l.m.world.Sleep(time.Hour / 2)
		if n.Move(golden, "complete") == nil {
			break
		}
	}
	return golden
}
