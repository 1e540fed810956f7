package proof

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/sim"
)

// browses are how many times people look around in a world: a few dozen pages each, however much is asked for.
const browses = 3

// browse looks at what people look at without deciding anything. It draws nothing, so that the errands of others stay as they were.
func (p *people) browse(n int) {
	if len(p.m.accepted) == 0 {
		return
	}
	day := calendar.On(p.m.world.Now(), calendar.Peru().Zone()).AddDays(-1)
	for _, path := range p.pages(day) {
		p.peek(path)
	}
	for i := range 8 { // of the oldest, of which most is known, and spread over all others
		p.lookInto(p.m.accepted[(n+i*browses)*len(p.m.accepted)/(8*browses)])
	}
}

// pages are those that need no id, and those of what the lists name first.
func (p *people) pages(day calendar.Date) []string {
	date := day.String()
	all := []string{"/v1/health", "/v1/manual", "/v1/rules", "/v1/blocked", "/v1/register?month=" + date[:7], "/v1/export-shapes",
		"/v1/days/" + date + "/report.html", "/v1/days/" + date + "/report.xlsx", "/v1/days/" + date + "/export.csv?of=refunds",
		"/v1/days/" + date + "/export.csv?of=payments&shape=own", "/v1/search?q=79000018", "/v1/search?q=nobody-knows-this",
		"/v1/search?q=" + identity.DeriveAt("req_", p.m.accepted[0].At)}
	var list struct {
		Data []struct {
			ID   string
			Done int
		}
	}
	if p.look("/v1/batches?limit=2", &list) {
		for _, b := range list.Data {
			p.verdicts(b.ID, b.Done)
			all = append(all, "/v1/batches/"+b.ID+"/results.csv")
		}
	}
	if p.look("/v1/reconciliations?limit=3", &list) {
		for _, r := range list.Data {
			all = append(all, "/v1/reconciliations/"+r.ID+"/report.csv", "/v1/reconciliations/"+r.ID+"/report.xlsx", "/v1/search?q="+r.ID)
		}
	}
	return all
}

// verdicts looks at what became of a batch's rows: of each that was done, in their order.
func (p *people) verdicts(id string, finished int) {
	var rows struct{ Data []struct{ Row int } }
	if !p.look("/v1/batches/"+id+"/results?limit=100", &rows) {
		return
	}
	for i, r := range rows.Data {
		if r.Row != i+1 {
			p.m.report(id, i36, fmt.Sprintf("of %d rows the one at place %d is row %d", len(rows.Data), i+1, r.Row))
		}
	}
	if len(rows.Data) < finished {
		p.m.report(id, i36, fmt.Sprintf("%d rows are done, and %d are told of", finished, len(rows.Data)))
	}
}

// lookInto asks for all that there is about a refund or payout: by its marks, with its payment, and with what proves how it went. What
// was accepted is found by its id.
func (p *people) lookInto(x accepted) {
	if r := p.peek("/v1/search?q=" + x.ID); done(r) && !bytes.Contains(r.Body, fmt.Appendf(nil, "%q:%q", "id", x.ID)) {
		p.m.report(x.ID, i36, "it was accepted, and a search for its id does not find it")
	}
	if paid := p.m.asked[x.ID].payment; paid != "" {
		p.peek("/v1/refunds?payment=" + paid)
		p.peek("/v1/search?q=" + paid)
		p.peek("/v1/payments/" + paid + "/forms/refund_request")
	}
	p.peek(pathOf(x.ID) + "/receipt")
	p.peek(pathOf(x.ID) + "/evidence")
}

// peek looks at a page until there is an answer that is none of trouble: the page, or a refusal that says why.
func (p *people) peek(path string) (r sim.Reply) {
	for range 20 {
		if r = p.m.call(eva().key, http.MethodGet, path, "", nil); r.Status < 500 {
			break
		}
		p.m.world.Sleep(time.Minute)
	}
	count := p.moves["look"]
	if done(r) {
		count.Done++
	} else if count.Refused++; r.Status < 500 && codeOf(r) == "" {
		p.m.report(path, i36, fmt.Sprintf("refused with %d, and no word why", r.Status))
	}
	p.moves["look"] = count
	return r
}
