package proof

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
)

// fate is what the world knows of the last handing over of a refund or payout, whatever the code under test wrote of it.
type fate struct {
	at   time.Time   // when the last call set out, by the world's clock; zero = none did, whatever intents were written
	kind simnet.Kind // the trouble after which nobody can tell from the caller's end whether it was applied; empty = there was none
}

// quiet is after how long "not found" proves something: late commits come within four minutes, and no account here says another span.
const quiet = 10 * time.Minute

// tellsNothing says that a call that ended so may have been applied, or may be yet.
func tellsNothing(k simnet.Kind) bool {
	switch k {
	case simnet.TimeoutBefore, simnet.TimeoutAfter, simnet.LateCommit, simnet.Broken500, simnet.Broken502, simnet.Broken404, simnet.Malformed, simnet.SlowDrip:
		return true
	}
	return false
}

// handed notes what befell a call that hands something over. Whose it was is read from what arrived: all providers are told our id.
func (w *watcher) handed(req *http.Request, k simnet.Kind) {
	if k == simnet.Outage { // refused at the door
		return
	}
	if id := named(req); id != "" {
		f := w.fates[id]
		f.at = w.world.Now()
		if tellsNothing(k) {
			f.kind = k
		}
		w.fates[id] = f
	}
}

// named is the id of the refund or payout that a call speaks of; empty if it names none.
func named(req *http.Request) string {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return ""
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	texts := []string{req.URL.RequestURI(), string(body)}
	for _, values := range req.Header {
		texts = append(texts, values...)
	}
	slices.Sort(texts) // headers come in any order
	for _, text := range texts {
		for _, prefix := range []string{"rf_", "po_"} {
			if at := strings.Index(text, prefix); at >= 0 && len(text) >= at+idLength {
				return text[at : at+idLength]
			}
		}
	}
	return ""
}

const idLength = len("rf_0123456789ABCDEFGHJKMNPQRS")

// sends judges the newest step where it hands over, or says what became of that.
func (w *watcher) sends(subject string, d disbursement.Disbursement) {
	last := d.History[len(d.History)-1]
	f := w.fates[d.ID]
	if last.From == disbursement.Submitting && last.By == disbursement.ByReply && last.To.Final() && f.kind != "" {
		w.report(subject, i3, fmt.Sprintf("%s by the reply to a call that met with %s", last.To, f.kind))
	}
	if last.From == disbursement.Unknown && !leavesUnknown(last) {
		w.report(subject, i3, fmt.Sprintf("%s to %s by %s: %s", last.From, last.To, last.By, last.Evidence))
	}
	if w.world == nil {
		return
	}
	if last.To == disbursement.Queued && strings.HasPrefix(last.Evidence, notFound) {
		if why := w.tooSoon(d, f); why != "" {
			w.report(subject, i4, "not found is believed "+why)
		}
	}
	if last.To == disbursement.Queued && f.kind == "" && !strings.HasPrefix(last.Evidence, disbursement.Repeat) {
		f.at = time.Time{} // what was proven of this call says nothing of the next
		w.fates[d.ID] = f
	}
	if last.To != disbursement.Submitting {
		return
	}
	if len(d.Attempts) > 1 {
		if why := w.unproven(d, f); why != "" {
			w.report(subject, i4, "sent again "+why)
		}
	}
	f.kind = ""
	w.fates[d.ID] = f
}

// leavesUnknown says that a step may lead out of an unknown outcome: a provider's word does, what proves that nothing was applied or
// allows a repeat, and giving it to a person.
func leavesUnknown(s disbursement.Step) bool {
	switch s.To {
	case disbursement.Held:
		return true
	case disbursement.Queued:
		return s.By == "poll" && (strings.HasPrefix(s.Evidence, notFound) || strings.HasPrefix(s.Evidence, disbursement.Repeat))
	case disbursement.Accepted, disbursement.Collectable, disbursement.Paid, disbursement.Settled, disbursement.Rejected, disbursement.Returned, disbursement.Cancelled:
		return machine(s.By)
	}
	return false
}

// notFound marks evidence that the provider knows of none.
const notFound = "poll:not_found"

// tooSoon says why "not found" proves nothing: a commit may still come, or the book has it. The provider was asked before this was
// written, so that the span from the call to the question is no longer than this one.
func (w *watcher) tooSoon(d disbursement.Disbursement, f fate) string {
	if since := w.world.Now().Sub(f.at); since < quiet {
		return since.String() + " after it was sent"
	}
	if w.holds(d) {
		return "while the provider holds one"
	}
	return ""
}

// unproven says why a second sending is without proof that the first was not applied; empty if it is not. Sending the same reference
// again instead of asking is safe where the provider gives the first one back, and nowhere else; there it may be sent as often as it
// takes. What two people let go they have looked up; that they saw what is so is asked of the book, as of everything else.
func (w *watcher) unproven(d disbursement.Disbursement, f fate) string {
	proof, repeated := "", false
	for _, s := range d.History[:len(d.History)-1] {
		if s.To == disbursement.Queued {
			proof, repeated = s.Evidence, !strings.HasPrefix(s.Evidence, "requeue:") && (repeated || strings.HasPrefix(s.Evidence, disbursement.Repeat))
		}
	}
	switch {
	case repeated && (!w.repeats || d.Provider == "kushki"): // which knows no keys
		return "after " + proof + ", to a provider that pays a repeat"
	case repeated:
		return ""
	case strings.HasPrefix(proof, notFound): // judged when it was believed
	case strings.HasPrefix(proof, "reply:"):
		if f.kind != "" {
			return fmt.Sprintf("on %s, which was %s", proof, f.kind)
		}
	case !strings.HasPrefix(proof, "requeue:"):
		return "after " + proof
	}
	if w.holds(d) {
		return "after " + proof + ", while the provider holds one"
	}
	return ""
}

// holds says that a provider's book has a live one of it.
func (w *watcher) holds(d disbursement.Disbursement) bool {
	n, known := w.world.Network(d.Provider)
	if !known {
		return false
	}
	for _, e := range n.Ledger() {
		if e.Kind != simnet.KindPayment && IDOf(e.OurReference) == d.ID {
			if one := (entry{}).with(e); one.live > 0 {
				return true
			}
		}
	}
	return false
}
