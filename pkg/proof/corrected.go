package proof

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/discrepancy"
	"github.com/vuelto/vuelto/pkg/sim"
)

// dossier is what of a compared day's files is looked at.
type dossier struct {
	Account, Date    string
	Closed           bool
	Files, LateFiles []fetched
}

type fetched struct{ Name, SHA256 string }

// UnmarshalJSON reads what the API calls late_files, too.
func (d *dossier) UnmarshalJSON(raw []byte) error {
	var told struct {
		Account, Date string
		Closed        bool
		Files         []fetched
		LateFiles     []fetched `json:"late_files"`
	}
	err := json.Unmarshal(raw, &told)
	*d = dossier(told)
	return err
}

// has counts a file among those.
func has(files []fetched, digest string) (n int) {
	for _, f := range files {
		if f.SHA256 == digest {
			n++
		}
	}
	return n
}

// corrected is a day's file with so many line ends more: other bytes, and the same rows. Of the day's files it is the longest: a download
// that broke off at the end of a line passes for a correction until the file is fetched again, and nobody would build on that.
func (p *people) corrected(d dossier, ends string) (name string, body []byte, digest string) {
	for _, f := range d.Files {
		one, err := p.m.world.Files.Get(context.Background(), fmt.Sprintf("settlement/demo/%s/%s/%s-%s", d.Account, d.Date, f.SHA256[:16], f.Name))
		if err != nil {
			p.m.report(f.Name, i36, fmt.Sprintf("a file is named and cannot be read: %v", err))
			return "", nil, ""
		}
		if len(one) >= len(body) {
			name, body = f.Name, one
		}
	}
	body = append(slices.Clone(body), ends...)
	sum := sha256.Sum256(body)
	return name, body, hex.EncodeToString(sum[:])
}

// tardy brings a corrected file for a day that is shut, two people at one moment: it is kept beside the day, once, and counts once
// the day is opened again.
func (p *people) tardy(path string) {
	var day dossier
	if !p.seldom || !p.look(path, &day) || !day.Closed || len(day.Files) == 0 {
		return
	}
	p = p.apart()
	name, body, digest := p.corrected(day, "\n")
	if name == "" {
		return
	}
	bring := func(by clerk) func() sim.Reply {
		to := "/v1/settlements?account=" + day.Account + "&date=" + day.Date + "&name=" + url.QueryEscape(name)
		return func() sim.Reply { return p.click(by, to, body) }
	}
	p.beside(path, digest, p.atOnce(bring(eva()), bring(eva()), bring(ana())))
}

// beside holds what was told of a file that came for a day that is shut against the day.
func (p *people) beside(path, digest string, replies []sim.Reply) {
	any, late := false, 0
	for _, r := range replies {
		var told struct{ Outcome string }
		if p.tally("late file", done(r)); !done(r) {
			continue
		}
		if any = true; json.Unmarshal(r.Body, &told) != nil || told.Outcome != "late" && told.Outcome != "known" {
			p.m.report(path, i36, "a file that came for a day that is shut is "+told.Outcome)
		}
		if told.Outcome == "late" {
			late++
		}
	}
	var now dossier
	if late > 1 {
		p.m.report(path, i36, fmt.Sprintf("a file came late %d times", late))
	}
	if any && p.look(path, &now) && (has(now.LateFiles, digest) != 1 || has(now.Files, digest) != 0) {
		p.m.report(path, i36, fmt.Sprintf("a file that came late is kept beside its day %d times and in it %d times", has(now.LateFiles, digest), has(now.Files, digest)))
	}
}

// drops lays a corrected file into the bucket: its day has it, or has it beside it if it is shut.
func (p *people) drops(n int) {
	var list struct {
		Data []struct{ ID, Date string }
	}
	if !p.look("/v1/reconciliations?provider=efecty&limit=100", &list) {
		return
	}
	first := calendar.On(begin, calendar.Colombia().Zone()).String()
	list.Data = slices.DeleteFunc(list.Data, func(d struct{ ID, Date string }) bool { return d.Date < first })
	if len(list.Data) == 0 {
		return
	}
	path := "/v1/reconciliations/" + list.Data[len(list.Data)-1].ID // the oldest, of which no other file comes any more
	var day dossier
	if !p.look(path, &day) || len(day.Files) == 0 {
		return
	}
	name, body, digest := p.corrected(day, strings.Repeat("\n", 2+n))
	if name == "" {
		return
	}
	if err := p.m.world.Drop(fmt.Sprintf("inbox/%s/%s/%d/%s", day.Account, day.Date, n, name), body); err != nil {
		p.m.report(path, i36, err.Error())
		return
	}
	for range 48 {
		p.m.world.Sleep(time.Hour)
		if !p.look(path, &day) {
			continue
		}
		if has(day.Files, digest)+has(day.LateFiles, digest) > 0 {
			p.tally("drop", true)
			return
		}
	}
	p.tally("drop", false) // it lies with the dead letters
}

// strike tells of a Sunday on which nobody worked: whatever was due after it is compared again, and comes out as it was.
func (p *people) strike(n int) {
	sunday := calendar.Date{Year: 2026, Month: time.November, Day: 22}.AddDays(7 * n)
	p.bring(bringing{path: "/v1/calendar?country=CO", lines: 1, file: fmt.Appendf(nil, "date,working,source\n%s,no,a Sunday %d\n", sunday, n)})
}

// unheld asks for the orders of a day before there were any.
func (p *people) unheld() {
	var list struct{ Data []json.RawMessage }
	if p.look("/v1/orders?from=2026-10-05&to=2026-10-05", &list) && len(list.Data) > 0 {
		p.m.report("orders", i36, fmt.Sprintf("there are %d orders of a day on which nothing was sold", len(list.Data)))
	}
	if r := p.click(eva(), "/v1/breaks/brk_00000000000000000000000000000000/explain", []byte(`{"reason":"none"}`)); done(r) {
		p.m.report("breaks", i36, "a break that there never was is explained")
	}
}

// matched are rows of two days, before the world began, that both show one payment under an id that nobody knows: finance says of each what it is
// about, and the payment is settled by one of them.
func (p *people) matched(n int) {
	if id := p.bought("matched", n, owed); id != "" {
		p.decided[id] = true
		p.match(id, n)
	}
}

// owed is what such a payment is of.
const owed = 60_000_00

func (p *people) match(id string, n int) {
	told := 0
	for i := range 2 {
		day := calendar.Date{Year: 2026, Month: time.October, Day: 5 + 7*n + i}
		broken := p.wrong(n, i, day)
		if broken == "" {
			return
		}
		body := fmt.Appendf(nil, `{"reason":"matched %d","evidence":"ticket 7","method":%q,"entries":[%q]}`, n, discrepancy.ForceMatch, id)
		match := func(by clerk) func() sim.Reply {
			return func() sim.Reply { return p.click(by, "/v1/breaks/"+broken+"/resolve", body) }
		}
		replies := p.atOnce(match(eva()), match(eva()))
		if ok := done(replies[0]) || done(replies[1]); ok {
			told++
		}
	}
	p.tally("match", told > 0)
	if told > 1 {
		p.m.report(id, i36, "two days were told that they show the one payment")
	}
}

// wrong brings a day's file with the one row that nobody knows, and gives its break.
func (p *people) wrong(n, i int, day calendar.Date) string {
	file := fmt.Appendf(nil, "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\nX%d%d,Y%d%d,PAYMENT,%d.00,0.00,0.00,%d.00,COP,%s 10:00:00,SETTLED\n",
		n, i, n, i, owed/100, owed/100, day)
	var told struct{ Reconciliation string }
	r := p.click(eva(), "/v1/settlements?account=efecty-demo&date="+day.String()+"&name=wrong.csv", file)
	if !done(r) || json.Unmarshal(r.Body, &told) != nil {
		return ""
	}
	for range 48 {
		p.m.world.Sleep(10 * time.Minute)
		var breaks struct{ Data []differing }
		if p.look("/v1/reconciliations/"+told.Reconciliation+"/breaks?limit=100", &breaks) && len(breaks.Data) > 0 {
			return breaks.Data[0].ID
		}
	}
	return ""
}
