package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
	"github.com/vuelto/vuelto/pkg/store"
)

// Violation is an invariant that did not hold.
type Violation struct {
	Seed     uint64    `json:"seed"`
	World    int       `json:"world"`
	Profile  string    `json:"profile"`
	At       time.Time `json:"at"`
	Subject  string    `json:"subject"`  // the record it shows in
	Sentence string    `json:"sentence"` // the invariant
	Detail   string    `json:"detail"`
}

// The invariants, as sentences.
const (
	i1  = "I1: reserved plus refunded never exceeds what was paid"
	i2  = "I2: a provider never holds two live disbursements for one of ours"
	i3  = "I3: an unknown outcome is left by evidence or by a named person only"
	i4  = "I4: between two sends lies a proof that the first was not applied"
	i5  = "I5: the same key and body get the same answer, byte for byte"
	i8  = "I8: every write replaces the version it was made from; no step of a story is lost"
	i13 = "I13: what was acknowledged is stored"
	i14 = "I14: a webhook with a wrong signature, a secret that is believed no more, or a stale or future time is refused"
	i17 = "I17: a message that nobody can read fails alone, and ends among the dead letters"
	i18 = "I18: messages of the past, sent again in any order, change nothing"
	i22 = "I22: what we call final is never contradicted by a provider that keeps its word"
	i23 = "I23: nothing is past the queue without an attempt on record"
	i31 = "I31: what an account's provider tells of a refund that is not this merchant's changes nothing"
	i37 = "I37: accepted work ends final or with a person within twelve days"
	ib  = "books: what we say became of the money is what the provider's book says"
	idl = "operations: no dead letter is left behind"
)

// Sentences lists the invariants that a run is held against.
func Sentences() []string {
	return []string{i1, i2, i3, i4, i5, i6, i8, i13, i14, i17, i18, i22, i23, i26, i31, i32, i36, i37, ib, idl, irec, ie, im}
}

// watcher checks each commit as it happens, on a shadow of what it has seen.
type watcher struct {
	world    *sim.World
	payments map[string]*balance // by record key
	stories  map[string]story
	doubles  map[string]int
	sums     []uint64 // of the story at hand
	repeats  bool     // providers give the first one back to who sends a reference again
	fates    map[string]fate
	report   func(subject, sentence, detail string)
	trace    *fnv64
}

type balance struct {
	paid, free, held int64
	reserves         map[string]int64
	story            story
}

// story is a history so far: it may only grow.
type story struct {
	steps     int
	sum       uint64
	version   int64
	contested bool
	asker     string // who asked for it, as it was first written
	wait      wait
	ahead     time.Time // the instant of its evidence, if that was to come when it was written: zero = it was not
}

func newWatcher(trace *fnv64, report func(subject, sentence, detail string)) *watcher {
	return &watcher{payments: map[string]*balance{}, stories: map[string]story{}, doubles: map[string]int{}, fates: map[string]fate{}, trace: trace, report: report}
}

// committed checks what has just been written.
func (w *watcher) committed(writes []store.Write) {
	var touched []string
	for _, write := range writes {
		key := store.KeyOf(write)
		w.trace.mix(0, key.PK, key.SK)
		w.trace.wrote(write)
		switch x := write.(type) {
		case store.Take:
			if key.SK == payment.SK {
				b := w.balance(key.PK)
				b.free -= x.Amount
				b.story.version++
				touched = append(touched, key.PK)
			}
		case store.Put:
			switch key.SK {
			case payment.SK:
				w.payment(x.Record)
				touched = append(touched, key.PK)
			case disbursement.SK:
				if pk := w.disbursement(x.Record); pk != "" {
					touched = append(touched, pk)
				}
			}
		}
	}
	slices.Sort(touched)
	for _, pk := range slices.Compact(touched) {
		b := w.payments[pk]
		if b.free < 0 || b.free+b.held != b.paid {
			w.report(pk, i1, fmt.Sprintf("paid %d, free %d, reserved and refunded %d", b.paid, b.free, b.held))
		}
	}
}

func (w *watcher) balance(pk string) *balance {
	b, ok := w.payments[pk]
	if !ok {
		b = &balance{reserves: map[string]int64{}}
		w.payments[pk] = b
	}
	return b
}

func (w *watcher) payment(r store.Record) {
	p, err := payment.Decode(r)
	if err != nil {
		w.report(r.Key.PK, i8, err.Error())
		return
	}
	b := w.balance(r.Key.PK)
	steps := w.sums[:0]
	for _, s := range p.History {
		steps = append(steps, stepSum(s.At, string(s.From), string(s.To), s.Evidence))
	}
	w.sums = steps
	b.story = w.grow(r.Key.PK, b.story, r.Version, steps)
	b.paid, b.free = p.PaidMinor(), r.Free
}

// disbursement checks a refund's or payout's new state and returns the key of its payment.
func (w *watcher) disbursement(r store.Record) string {
	d, err := disbursement.Decode(r)
	if err != nil {
		w.report(r.Key.PK, i8, err.Error())
		return ""
	}
	steps := w.sums[:0]
	for _, s := range d.History {
		steps = append(steps, stepSum(s.At, string(s.From), string(s.To), s.Evidence))
	}
	w.sums = steps
	before := w.stories[r.Key.PK]
	now := w.grow(r.Key.PK, before, r.Version, steps)
	now.contested, now.asker, now.ahead = d.Contested, before.asker, before.ahead
	if w.world != nil {
		now.wait = before.wait.moved(d, w.world.Now())
		if d.EvidenceAt.After(w.world.Now()) {
			now.ahead = d.EvidenceAt
		}
	}
	if before.steps == 0 {
		now.asker = d.RequestedBy
	}
	w.stories[r.Key.PK] = now
	w.steps(r.Key.PK, d, before)
	if len(d.History) > before.steps {
		w.sends(r.Key.PK, d)
		w.persons(r.Key.PK, d, now.asker)
	}
	if d.Payment == "" {
		return ""
	}
	pk := payment.Key(d.Tenant, d.Payment).PK
	b := w.balance(pk)
	b.held += d.Reserves() - b.reserves[d.ID]
	b.reserves[d.ID] = d.Reserves()
	return pk
}

// stepSum is a step of a story in eight bytes.
func stepSum(at time.Time, from, to, evidence string) uint64 {
	h := fnv64(fnvOffset)
	h.mix(at.UnixMilli(), from, "\x00", to, "\x00", evidence)
	return uint64(h)
}

// grow holds a story against the one before: versions follow each other, and no step is lost or changed.
func (w *watcher) grow(subject string, before story, version int64, steps []uint64) story {
	if version != before.version {
		w.report(subject, i8, fmt.Sprintf("a write made from version %d replaced version %d", version, before.version))
	}
	h := fnv64(fnvOffset)
	for i, s := range steps {
		if i == before.steps && before.steps > 0 && uint64(h) != before.sum {
			w.report(subject, i8, "a step of the story was changed")
		}
		h.mix(int64(s))
	}
	if len(steps) == before.steps && before.steps > 0 && uint64(h) != before.sum || len(steps) < before.steps {
		w.report(subject, i8, "a step of the story was lost")
	}
	return story{steps: len(steps), sum: uint64(h), version: version + 1}
}

// undated says nothing of when something happened: a confirmation of such a provider that arrives after its rejection is news
// to us, and a person decides. It must stay exempt from I22: PayU's notification carries the payout's creation alone and dLocal's
// no instant at all, so that a success which was overtaken by its own bounce is, byte for byte, a success that came after it; which
// of the two it was, nobody but the provider knows, and holding it is the one answer that pays nobody twice. Webhooks alone are
// exempt: a question asked by poll is answered as of now, and a row carries its day.
func undated(provider string) bool { return provider == "payu" || provider == "dlocal" }

// undecided says that a contradiction may be none: what was known before came by a webhook without an instant of the provider's, to a
// machine whose clock was fast, which dated it into the future. Until then whatever the provider says with a date looks older, so that
// money which came back within those minutes cannot be told from money that was refused first and paid later. To hold it is right:
// whoever took it for a return would pay twice in the other case. It is judged by the world's clock, which no function sees. Replies
// and polls are not exempt: answers bear the provider's Date.
func undecided(d disbursement.Disbursement, before story) bool {
	from := d.History[len(d.History)-1].From
	return (from == disbursement.Paid || from == disbursement.Settled) && !before.ahead.IsZero() && before.ahead.Equal(d.EvidenceAt) &&
		slices.ContainsFunc(d.History, func(s disbursement.Step) bool { return s.By == "webhook" && s.At.Equal(d.EvidenceAt) })
}

// askedAgain says that two people had said that it came back, and a file that is read again says that it had gone out: their word has no
// date that a row could be older than, and is no provider's. They look at it once more.
func askedAgain(d disbursement.Disbursement) bool {
	n := len(d.History)
	if n < 2 {
		return false
	}
	said, last := d.History[n-2], d.History[n-1]
	return last.By == "settlement" && last.From == disbursement.Returned && said.To == disbursement.Returned && closed(said)
}

// steps checks the newest step of a disbursement against what may lead there. What was contested before has been judged by the
// step that made it so: people are reminded of it later, and nobody contradicts anybody by that.
func (w *watcher) steps(subject string, d disbursement.Disbursement, before story) {
	if len(d.History) == 0 {
		return
	}
	last := d.History[len(d.History)-1]
	if d.Contested && !before.contested && (!undated(d.Provider) || last.By != "webhook") && !undecided(d, before) && !askedAgain(d) {
		w.report(subject, i22, fmt.Sprintf("%s while %s, by %s", last.Evidence, last.From, last.By))
	}
	switch d.State {
	case disbursement.Submitting, disbursement.Unknown, disbursement.Accepted, disbursement.Collectable, disbursement.Paid, disbursement.Settled:
		if !d.Sent() && d.Route != disbursement.Manual { // by hand, beside the provider
			w.report(subject, i23, fmt.Sprintf("%s without an attempt", d.State))
		}
	}
}

// persons checks the newest step against who may take it: what must be agreed to is sent only as it was agreed to, by somebody who
// did not ask for it; two people end a hold; and no click makes two steps.
func (w *watcher) persons(subject string, d disbursement.Disbursement, asker string) {
	last := d.History[len(d.History)-1]
	switch {
	case last.To == disbursement.Submitting && d.NeedsRole != "" && (d.ApprovedBy == "" || d.ApprovedBy == asker || d.ApprovedHash != d.Fingerprint()):
		w.report(subject, i32, fmt.Sprintf("sent; %s asked, and %q approved %q", asker, d.ApprovedBy, d.ApprovedHash))
	case last.From == disbursement.AwaitingApproval && last.To == disbursement.Queued && last.By == asker:
		w.report(subject, i32, asker+" asked for it and approved it")
	case closed(last) && strings.Contains(last.Evidence, ":"+last.By+":"):
		w.report(subject, i32, last.By+" proposed how it ends and agreed to it")
	}
	for _, s := range d.History[:len(d.History)-1] {
		if s.Evidence == last.Evidence && s.Evidence != "" {
			w.report(subject, i36, last.Evidence+" made two steps")
		}
	}
}

// called looks at the providers' books after each call.
func (w *watcher) called(networks []simnet.Network) {
	for _, n := range networks {
		book, ok := n.(interface {
			Doubled() []string
			Overdrawn() []string
		})
		if !ok {
			continue
		}
		name := n.Name()
		for _, ours := range w.fresh("doubled "+name, book.Doubled()) {
			w.report(ours, i2, name+" was made to hold a second one")
		}
		for _, ours := range w.fresh("overdrawn "+name, book.Overdrawn()) {
			w.report(ours, i1, name+" was made to give back more than it had received: overdrawn")
		}
	}
}

// fresh are those of a growing list that have not been seen.
func (w *watcher) fresh(list string, all []string) []string {
	seen := w.doubles[list]
	w.doubles[list] = len(all)
	return all[seen:]
}
