package proof

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/event"
	"github.com/vuelto/vuelto/pkg/notice"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// im is the invariant of letters.
const im = "mail: of whom no notice reaches the merchant hears once, nothing more goes to an address from which one came back, and a day's report goes out when the day is over"

// post is what is known of notices and reports, where people do what is seldom done.
type post struct {
	now     func() time.Time
	report  func(subject, sentence, detail string)
	notices map[string]notice.Notice        // as they were written last, by the event they are of
	unheard map[string]int                  // how often the merchant heard that one reached nobody, by the same
	shut    map[string]time.Time            // digest of an address → since when nothing goes there any more
	reports map[calendar.Date]notice.Report // as they were written last
	buyers  map[string]string               // refund → the address of whom no mail reaches
}

func newPost(report func(subject, sentence, detail string), now func() time.Time) *post {
	return &post{now: now, report: report, notices: map[string]notice.Notice{}, unheard: map[string]int{}, shut: map[string]time.Time{}, reports: map[calendar.Date]notice.Report{}, buyers: map[string]string{}}
}

// wear lets it see what is written, and what is handed to the carrier.
func (x *post) wear(h *sim.Hooks) {
	committed, strike := h.Committed, h.Strike
	h.Committed = func(writes []store.Write) {
		for _, write := range writes {
			if put, ok := write.(store.Put); ok {
				x.wrote(put.Record)
			}
		}
		committed(writes)
	}
	h.Strike = func(at sim.Point, effect func() error) error {
		if at.Boundary == "carrier" && at.About == "email" {
			x.hands(at.Subject)
		}
		return strike(at, effect)
	}
}

// wrote takes a record that is about letters.
func (x *post) wrote(r store.Record) {
	var err error
	switch {
	case r.Key.SK == notice.SK:
		var n notice.Notice
		n, err = notice.Decode(r)
		x.notices[n.Event] = n
	case r.Key.SK == notice.AddressSK:
		x.shut[r.Key.PK[strings.LastIndexByte(r.Key.PK, '#')+1:]] = x.now()
	case r.Key.SK == notice.ReportSK:
		var day notice.Report
		day, err = notice.DecodeReport(r)
		if over := day.Date.Start(calendar.Colombia().Zone()).Add(23*time.Hour - fast); r.Version == 0 && x.now().Before(over) {
			x.report(r.Key.PK, im, "a day is mailed that is not over")
		}
		x.reports[day.Date] = day
	case strings.HasPrefix(r.Key.SK, "evt_") && r.Version == 0 && bytes.Contains(r.Body, []byte(event.NoticeFailed)):
		var e event.Event
		if e, err = event.Decode(r); e.Type == event.NoticeFailed {
			var told struct{ About string }
			err = store.Unmarshal(e.Data, &told)
			x.unheard[told.About]++
		}
	}
	if err != nil {
		x.report(r.Key.PK, im, err.Error())
	}
}

// fast is by how much a machine's clock may be ahead.
const fast = 5 * time.Minute

// hands is a mail that is about to be handed to the carrier. Who had looked whether its address is shut may have been frozen since.
func (x *post) hands(to string) {
	if since, shut := x.shut[notice.Digest("demo", to)]; shut && x.now().Sub(since) > frozen {
		x.report(to, im, fmt.Sprintf("a mail goes there, and one had come back %s ago", x.now().Sub(since)))
	}
}

// frozen is for how long anything may be frozen on its way, and as much again.
const frozen = 40 * time.Minute

// check holds what was told of notices, and which days were mailed, once all is over.
func (x *post) check() {
	if x == nil {
		return
	}
	for _, about := range slices.Sorted(maps.Keys(x.notices)) {
		n := x.notices[about]
		if what := x.wrong(n); what != "" {
			x.report(n.Subject, im, fmt.Sprintf("a notice of its being %s %s: %+v", n.Kind, what, n))
		}
	}
	first, last := calendar.On(begin, calendar.Colombia().Zone()), calendar.On(x.now().Add(-48*time.Hour), calendar.Colombia().Zone())
	for day := first; !last.Before(day); day = day.AddDays(1) {
		it, mailed := x.reports[day]
		if !mailed && calendar.Colombia().IsBusinessDay(day) {
			x.report(day.String(), im, "a day is over, and nobody was mailed")
		}
		for i, to := range it.To {
			if to.Mail.Outcome != readers()[i].Mail.Outcome {
				x.report(day.String(), im, fmt.Sprintf("the report to %s ended %q", to.Address, to.Mail.Outcome))
			}
		}
	}
}

// wrong says what is wrong about a notice that should be over; empty if nothing is.
func (x *post) wrong(n notice.Notice) string {
	to, told := x.buyers[n.Subject], x.unheard[n.Event]
	since := x.shut[notice.Digest("demo", to)]
	switch {
	case !n.Due.IsZero():
		return "still waits"
	case n.Lost() && told != 1, !n.Lost() && told != 0:
		return fmt.Sprintf("was said %d times to have reached nobody", told)
	case strings.HasPrefix(to, "returns") && n.Mail.Outcome == notice.Sent:
		return "came back, and is said to have been sent"
	case !strings.HasPrefix(to, "bounce") && to != "" && since.IsZero():
		return "came back, and more goes to its address"
	}
	return ""
}

// readers are whom the merchant wants its days mailed to, with how that ends: one has each of them, one address takes none, and one does
// not answer.
func readers() []notice.Receiver {
	to := func(address string, ends notice.Outcome) notice.Receiver {
		return notice.Receiver{Address: address, Mail: notice.Channel{Outcome: ends}}
	}
	return []notice.Receiver{to("finance@shop.example", notice.Sent), to("bounce@shop.example", notice.Refused), to("away@shop.example", notice.Failed)}
}

// unreachable are refunds of a buyer who is not reached: the mail comes back, or is called unwanted, or nobody takes it, and the telephone
// is another's if there is one. Two are told of at about one moment, and a third when something has come back.
func (p *people) unreachable(n int) {
	if p.m.ear == nil {
		return // nobody hears the stream in this world
	}
	to := [...]string{"returns", "complains", "bounce", "returns.too"}[n]
	id := p.bought(to, n, 60_000_00)
	if id == "" {
		return
	}
	for i := range 3 {
		ref := reference("U", p.m.index, n, i)
		body := givesBack(id, ref, 20_000_00)
		who := map[string]any{"name": "Luis Ñandú", "document_type": "CC", "document_number": "1032456789", "email": to + "@example.com"}
		if n == 3 {
			who["phone"] = "+573001112233"
		}
		body["beneficiary"] = who
		answer, r := p.asks("/v1/refunds", ref, body)
		p.tally("unreachable", done(r))
		if !done(r) {
			return
		}
		p.m.letters.buyers[answer.ID] = to + "@example.com"
		p.goes(answer, body)
		if i == 1 {
			p.m.world.Sleep(3 * 24 * time.Hour)
		}
	}
}
