package proof

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/sim"
)

// i26 is the invariant of refunds in another currency.
const i26 = "I26: a refund that is asked for in another currency is at a rate that somebody imported and nobody had corrected"

// sweepSoon is about how long it takes until what broke off is tried again.
const sweepSoon = time.Minute

// quoted is what the merchant's people imported.
type quoted struct {
	stated   map[string]bool      // day and value: it may count
	replaced map[string]time.Time // day and value: since when somebody has been told that another one counts
}

// quote imports the dollar rate of a day, three times at one moment; somebody else brings another value, which is refused, and then as
// a correction, which is made once.
func (p *people) quote(n int) {
	day := calendar.On(p.m.world.Now(), calendar.Colombia().Zone()).AddDays(n - 2) // each time another one
	first, better := fmt.Sprintf("%s 400%d.5", day, n), fmt.Sprintf("%s 395%d.25", day, n)
	file := func(value string) []byte {
		return fmt.Appendf(nil, "date,source,pair,rate\n%s,TRM,USD/COP,%s\n%s,SBS,USD/PEN,3.7%d\n", day, value[len(day.String())+1:], day, n)
	}
	p.rates.stated[first] = true
	if !p.bring(bringing{path: "/v1/rates", file: file(first), lines: 2}) {
		return
	}
	if r := p.click(ana(), "/v1/rates", file(better)); done(r) {
		p.m.report(day.String(), i26, "a rate is another one, and nobody has said that it is corrected")
	}
	p.rates.stated[better] = true
	if !p.bring(bringing{path: "/v1/rates?correct=true", file: file(better), lines: 1}) {
		return
	}
	p.rates.replaced[first] = p.m.world.Now()
	var list struct {
		Data []struct {
			Rate   string
			Before []struct{ Rate string }
		}
	}
	if !p.look(fmt.Sprintf("/v1/rates?source=TRM&from=%s&to=%s", day, day), &list) {
		return
	}
	if len(list.Data) != 1 || len(list.Data[0].Before) != 1 || day.String()+" "+list.Data[0].Rate != better || day.String()+" "+list.Data[0].Before[0].Rate != first {
		p.m.report(day.String(), i36, fmt.Sprintf("corrected from %s to %s, and there is %+v", first, better, list.Data))
	}
}

// dollars lets some refunds be asked for in dollars.
func (p *people) dollars(x road, body map[string]any) {
	if p == nil || !p.errands || x.provider != "efecty" || p.large(body) || p.rand.IntN(20) != 0 {
		return
	}
	body["currency"], body["amount"] = "USD", body["amount"].(int64)/4200
}

// exchanged holds the answer to a request in dollars against what was imported when it was made.
func (p *people) exchanged(answer noun, body map[string]any, asked time.Time) {
	if p == nil || body["currency"] != "USD" {
		return
	}
	id := answer.ID
	var rate float64
	if _, err := fmt.Sscan(answer.FX.Rate, &rate); err != nil {
		p.m.report(id, i26, fmt.Sprintf("asked for in dollars, and %v: %v", answer.FX, err))
		return
	}
	count := p.moves["exchange"]
	count.Done++
	p.moves["exchange"] = count
	at := answer.FX.Day + " " + answer.FX.Rate
	if since, over := p.rates.replaced[at]; !p.rates.stated[at] || over && since.Before(asked) {
		p.m.report(id, i26, fmt.Sprintf("it is at %s, which is imported: %v, and replaced: %v", at, p.rates.stated[at], over))
	}
	if want := float64(body["amount"].(int64)) * rate; float64(answer.Amount) < want-100 || float64(answer.Amount) > want+100 { // pesos are whole
		p.m.report(id, i26, fmt.Sprintf("%v cents at %s are not %d", body["amount"], answer.FX.Rate, answer.Amount))
	}
}

// bringing is a file that people bring.
type bringing struct {
	path    string
	file    []byte
	counted string // the field of the answer that says how many lines were new; empty = "written"
	lines   int
}

// bring brings a file three times at one moment, by two people: each line is new once at most, and nothing of it is afterwards.
func (p *people) bring(x bringing) bool {
	bring := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, x.path, x.file) } }
	if x.counted == "" {
		x.counted = "written"
	}
	fresh := func(r sim.Reply) int {
		told := map[string]any{}
		if err := json.Unmarshal(r.Body, &told); err != nil {
			p.m.report(x.path, i36, err.Error())
		}
		n, ok := told[x.counted].(float64)
		if !ok {
			p.m.report(x.path, i36, fmt.Sprintf("it does not say how many are new: %s", r.Body))
		}
		return int(n)
	}
	count, sum, any := p.moves[x.path], 0, false
	for _, r := range p.atOnce(bring(eva()), bring(eva()), bring(ana())) {
		if !done(r) {
			count.Refused++
			continue
		}
		any = true
		count.Done++
		sum += fresh(r)
	}
	p.moves[x.path] = count
	if sum > x.lines {
		p.m.report(x.path, i36, fmt.Sprintf("%d lines were new %d times", x.lines, sum))
	}
	if !any {
		return false
	}
	if r := bring(ana())(); done(r) && fresh(r) > 0 {
		p.m.report(x.path, i36, "the same file is new again")
	}
	return true
}
