package proof

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// Whether something may be sent a second time is judged by what the world saw of the first, not by what was written about it.
func TestASecondSendIsJudgedByWhatTheWorldKnows(t *testing.T) {
	live := []simnet.Entry{{Kind: simnet.KindRefund, OurReference: refund().ID, Status: simnet.Accepted}}
	for name, c := range map[string]struct {
		before   string // an earlier proof
		proof    string
		met      simnet.Kind   // what befell the first call
		never    bool          // …which was never made
		later    time.Duration // it was proven, and so long after that sent
		rest     time.Duration
		book     []simnet.Entry
		promise  bool
		provider string
		want     int
	}{
		"refused at the door":            {proof: "reply:1", met: simnet.Outage},
		"too many at once":               {proof: "reply:1", met: simnet.RateLimit},
		"a time-out taken for a refusal": {proof: "reply:1", met: simnet.TimeoutAfter, want: 1},
		"a late commit on its way":       {proof: "reply:1", met: simnet.LateCommit, want: 1},
		"an error page":                  {proof: "reply:1", met: simnet.Broken404, want: 1},
		"a refusal, and it is there":     {proof: "reply:1", met: simnet.RateLimit, book: live, want: 1},
		"asked after the quiet":          {proof: "poll:not_found:1", met: simnet.TimeoutBefore, later: quiet},
		"asked too soon":                 {proof: "poll:not_found:1", met: simnet.TimeoutBefore, later: quiet - time.Second, want: 1},
		"asked too soon, sent later":     {proof: "poll:not_found:1", met: simnet.TimeoutBefore, later: time.Minute, rest: time.Hour, want: 1},
		"asked, and nothing was sent":    {proof: "poll:not_found:1", never: true},
		"asked, refused at the door":     {proof: "poll:not_found:1", met: simnet.Outage},
		"asked, and it is there":         {proof: "poll:not_found:1", met: simnet.TimeoutAfter, later: quiet, book: live, want: 2},
		"a repeat that is safe":          {proof: disbursement.Repeat + "1", met: simnet.TimeoutAfter, book: live, promise: true},
		"a repeat that is paid":          {proof: disbursement.Repeat + "1", met: simnet.TimeoutAfter, later: quiet, want: 1},
		"a repeat without keys":          {proof: disbursement.Repeat + "1", later: quiet, promise: true, provider: "kushki", want: 1},
		"two people let it go":           {proof: "requeue:ana:beto", met: simnet.TimeoutAfter},
		"two people, and it is there":    {proof: "requeue:ana:beto", met: simnet.TimeoutAfter, book: live, want: 1},
		"let go after a repeat":          {before: disbursement.Repeat + "1", proof: "requeue:ana:beto", met: simnet.TimeoutAfter},
		"refused after a repeat":         {before: disbursement.Repeat + "1", proof: "reply:2", met: simnet.RateLimit, want: 1},
		"no proof at all":                {proof: "sweep", later: quiet, want: 1},
	} {
		p := newPlot(t)
		p.watch.world, p.watch.repeats = p.world, c.promise
		p.world.Networks = []simnet.Network{&book{entries: c.book}}
		d := refund()
		if c.provider != "" {
			d.Provider = c.provider
		}
		req, err := http.NewRequest(http.MethodPost, "https://efecty.sim/refunds", strings.NewReader(`{"reference":"`+d.ID+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if !c.never {
			p.watch.handed(req, c.met)
		}
		if c.before != "" {
			d = then(then(d, disbursement.Queued, "poll", c.before), disbursement.Submitting, "submit", "submit:2")
		}
		d = then(d, disbursement.Queued, "poll", c.proof)
		again := then(d, disbursement.Submitting, "submit", "submit:2")
		again.Attempts = append(again.Attempts, disbursement.Attempt{At: p.world.Now()})
		p.world.After(c.later, func() { p.watch.sends("demo#"+d.ID, d) })
		p.world.After(c.later+c.rest, func() { p.watch.sends("demo#"+d.ID, again) })
		until(p.world, c.later+c.rest+time.Minute, never)
		if got := p.found[i4]; got != c.want {
			t.Errorf("%s: %d violations, want %d: %v", name, got, c.want, p.found)
		}
	}
}

// What leads out of an unknown outcome is a list.
func TestAnUnknownOutcomeIsLeftByEvidence(t *testing.T) {
	for name, c := range map[string]struct {
		to       disbursement.State
		by, said string
		may      bool
	}{
		"a callback":              {disbursement.Paid, "webhook", "w", true},
		"a row":                   {disbursement.Settled, "settlement", "s", true},
		"a refusal by poll":       {disbursement.Rejected, "poll", "poll:rejected", true},
		"given to a person":       {disbursement.Held, "sweep", "hold:tired", true},
		"not found":               {disbursement.Queued, "poll", "poll:not_found:1", true},
		"a repeat":                {disbursement.Queued, "poll", disbursement.Repeat + "1", true},
		"time passed":             {disbursement.Rejected, "sweep", "sweep", false},
		"sent again by time":      {disbursement.Queued, "sweep", "sweep", false},
		"not found, says a reply": {disbursement.Queued, disbursement.ByReply, "poll:not_found:1", false},
		"sent again by a reply":   {disbursement.Queued, disbursement.ByReply, "reply:1", false},
		"one person alone":        {disbursement.Cancelled, "ana", "cancel:ana", false},
		"submitted without more":  {disbursement.Submitting, "submit", "submit:2", false},
		"approval":                {disbursement.AwaitingApproval, "ana", "x", false},
	} {
		p := newPlot(t)
		d := then(then(refund(), disbursement.Unknown, disbursement.ByReply, "reply:1"), c.to, c.by, c.said)
		p.watch.sends("demo#"+d.ID, d)
		if got := p.found[i3] == 0; got != c.may {
			t.Errorf("%s: allowed %v, want %v", name, got, c.may)
		}
	}
}

// A machine whose clock is an hour behind writes the intent of a second call and does not make it: its "not found" comes at once, and is
// none about the first, which was refused.
func TestWhatWasProvenOfOneCallIsNotAskedOfTheNext(t *testing.T) {
	for first, want := range map[string]int{"reply:1": 0, disbursement.Repeat + "1": 1} {
		p := newPlot(t)
		p.watch.world, p.watch.repeats = p.world, true
		p.world.Networks = []simnet.Network{&book{}}
		d := refund()
		req, err := http.NewRequest(http.MethodPost, "https://efecty.sim/refunds", strings.NewReader(d.ID))
		if err != nil {
			t.Fatal(err)
		}
		p.watch.handed(req, simnet.RateLimit)
		for _, s := range []struct {
			to        disbursement.State
			by, proof string
		}{{disbursement.Queued, "poll", first}, {disbursement.Submitting, "submit", "submit:2"}, {disbursement.Unknown, "sweep", "lease:2"}, {disbursement.Queued, "poll", "poll:not_found:2"}} {
			d = then(d, s.to, s.by, s.proof)
			p.watch.sends("demo#"+d.ID, d)
		}
		if got := p.found[i4]; got != want {
			t.Errorf("after %s: %d violations, want %d", first, got, want)
		}
	}
}
