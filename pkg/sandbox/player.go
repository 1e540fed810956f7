package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// player is one provider as its diary makes it, up to some line.
type player struct {
	name     string
	house    *house
	network  simnet.Network
	accounts []contract
	read     int       // lines
	last     time.Time // of the line that was read last
}

// Names are the providers that can be played, the networks themselves first.
func Names() []string {
	var names []string
	for _, n := range allsim.New(newHouse("")) {
		names = append(names, n.Name())
	}
	return names
}

// newPlayer is a provider to whom nothing has happened.
func newPlayer(name string) *player {
	p := &player{name: name, house: newHouse(name)}
	for _, n := range allsim.New(p.house) {
		if n.Name() == name {
			p.network = n
		}
	}
	return p
}

// outcome is what came of a deed.
type outcome struct {
	served  simnet.Served // of a call
	file    string        // of a closed day
	settles calendar.Date
	err     error // a sentence: why it was not done
}

// live does a deed of the diary. A player that breaks on it breaks on it whenever the diary is read, and goes on with the next.
func (p *player) live(d deed) (o outcome) {
	p.read++
	p.last = d.instant()
	defer func() {
		if broken := recover(); broken != nil {
			o.err = fmt.Errorf("%s broke: %v", p.name, broken)
			o.served = simnet.Served{Status: http.StatusInternalServerError, Header: http.Header{}}
		}
	}()
	p.house.until(d.instant())
	switch d.Kind {
	case called:
		o.served = p.serve(d)
	case opened:
		p.open(d.Accounts)
	case paid:
		o.err = p.network.Pay(d.Ours, *d.Minor)
	case moved:
		o.err = p.network.Move(d.Ours, d.Verb)
	case balanced:
		o.err = p.network.SetBalance(d.Account, d.Minor)
	case armed:
		o.err = p.network.Faults().Arm(d.Fault, d.Count, d.On)
	case cleared:
		p.network.Faults().Clear()
	case closed:
		var day calendar.Date
		if day, o.err = calendar.Parse(d.Day); o.err == nil {
			o.file, o.settles, o.err = p.network.Close(day)
		}
	case told:
		if d.Letter >= 1 && d.Letter <= len(p.house.letters) {
			l := p.house.letters[d.Letter-1]
			if !l.told {
				l.told = true
				l.done(d.Status)
			}
		}
	case passed:
	}
	return o
}

func (p *player) serve(d deed) simnet.Served {
	target, err := url.ParseRequestURI(d.Path)
	if err != nil {
		return simnet.Served{Status: http.StatusBadRequest, Header: http.Header{}}
	}
	req := &http.Request{Method: d.Method, URL: target, RequestURI: d.Path, Header: d.Header, Body: io.NopCloser(bytes.NewReader(d.Body)),
		ContentLength: int64(len(d.Body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Host: p.name}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	return simnet.Serve(p.house, p.network, req)
}

// only says whether a call only asks, and nothing is to befall it: it need not be in the diary. Settlement files are asked
// for every hour.
func (p *player) only(d deed) bool {
	target, err := url.ParseRequestURI(d.Path)
	if err != nil || d.Method != http.MethodGet || len(p.network.Faults().View().Armed) > 0 {
		return false
	}
	op := p.network.Operation(&http.Request{Method: d.Method, URL: target, Header: d.Header})
	return op == simnet.OpRead || op == simnet.OpOther
}

// ask is the answer to a call that only asks; nothing is left of it.
func (p *player) ask(d deed) (s simnet.Served) {
	book, ok := p.network.(interface{ Aside(func()) })
	if !ok {
		return simnet.Served{Status: http.StatusInternalServerError, Header: http.Header{}}
	}
	book.Aside(func() { s = p.serve(d) })
	return s
}

func (p *player) open(accounts []contract) {
	for _, c := range accounts {
		known := false
		for i := range p.accounts {
			if p.accounts[i].ID == c.ID {
				p.accounts[i], known = c, true
			}
		}
		if !known {
			p.accounts = append(p.accounts, c)
		}
		p.network.Register(c.Account, c.WebhookURL)
	}
}

// waiting are the callbacks that left and of which nobody knows yet what became of them.
func (p *player) waiting() []*letter {
	var all []*letter
	for _, l := range p.house.letters {
		if !l.told {
			all = append(all, l)
		}
	}
	return all
}

// knows says whether a payment or disbursement is in the provider's book.
func (p *player) knows(ours string) bool {
	for _, e := range p.network.Ledger() {
		if e.OurReference == ours {
			return true
		}
	}
	return false
}
