// Package memqueue is a queue in memory that behaves as a standard queue of SQS does: at least once, in no promised
// order, with visibility time-outs and a dead-letter queue. Time is an argument: the loop that drives a queue owns it,
// and its methods must not be called at the same time.
package memqueue

import (
	"bytes"
	"container/heap"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
)

// Limits of SQS.
const (
	MaxDelay = 15 * time.Minute
	MaxBatch = 10
	maxBody  = 1 << 20
)

// ErrInvalid says SQS would not take the message: too long a delay, an empty or too large body, a character that it does
// not carry. A bug of the caller.
var ErrInvalid = errors.New("memqueue: invalid")

// Options configure a queue. Zero values are the defaults of SQS.
type Options struct {
	Name        string        // part of message ids
	Visibility  time.Duration // how long a received message stays hidden; 0 = 30 s
	Retention   time.Duration // how long a message is kept since it was first sent; 0 = 4 days
	MaxReceives int           // a message received so often without being deleted is moved to DeadLetter; 0 = never
	DeadLetter  *Queue
	// Deliver says for each message sent how long each of its copies is late beyond the delay asked for. Nil: one copy
	// on time; an empty answer loses the message, which SQS does not do.
	Deliver func() []time.Duration
	// Pick chooses which of n visible messages comes next. Nil: the one visible longest.
	Pick func(n int) int
}

// Queue is one queue.
type Queue struct {
	options Options
	waiting waiting
	flying  map[Receipt]*item
	serial  int64
	sent    int64
}

// Message is one message as received.
type Message struct {
	job.Message
	Receipt  Receipt
	Receives int // how often it has been received, this time included, from whatever queue; a redrive begins anew
	SentAt   time.Time
}

// Receipt is what Delete and Hide want: of one receive of one copy.
type Receipt struct {
	copied   int64
	receives int
}

// item is one copy of a message. It is always in waiting, also while hidden.
type item struct {
	message Message
	serial  int64
	visible time.Time
	at      int // place in the heap
}

// New is an empty queue.
func New(o Options) *Queue {
	if o.Visibility == 0 {
		o.Visibility = 30 * time.Second
	}
	if o.Retention == 0 {
		o.Retention = 4 * 24 * time.Hour
	}
	return &Queue{options: o, flying: map[Receipt]*item{}}
}

// Name is the queue's name.
func (q *Queue) Name() string { return q.options.Name }

// Send puts a message on the queue, to be received not before the delay. Error: ErrInvalid.
func (q *Queue) Send(now time.Time, body []byte, delay time.Duration) error {
	if delay < 0 || delay > MaxDelay {
		return fmt.Errorf("%w: delay %s", ErrInvalid, delay)
	}
	if len(body) == 0 || len(body) > maxBody {
		return fmt.Errorf("%w: %d bytes", ErrInvalid, len(body))
	}
	if i := bytes.IndexFunc(body, unknown); i >= 0 {
		return fmt.Errorf("%w: character at byte %d", ErrInvalid, i)
	}
	copies := []time.Duration{0}
	if q.options.Deliver != nil {
		copies = q.options.Deliver()
	}
	q.sent++
	id := q.options.Name + "-" + strconv.FormatInt(q.sent, 10)
	for _, late := range copies {
		q.add(Message{Message: job.Message{ID: id, Body: slices.Clone(body)}, SentAt: now}, now.Add(delay+late))
	}
	return nil
}

// unknown says that SQS refuses a character: it carries those of XML 1.0 alone.
func unknown(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufffe' || r == '\uffff'
}

func (q *Queue) add(m Message, visible time.Time) {
	q.serial++
	heap.Push(&q.waiting, &item{message: m, serial: q.serial, visible: visible})
}

// Receive takes up to max visible messages (at most MaxBatch) and hides them for the visibility time-out.
func (q *Queue) Receive(now time.Time, max int) []Message {
	var messages []Message
	max = min(max, MaxBatch)
	for _, it := range q.choose(q.visible(now, max), max) {
		delete(q.flying, it.message.Receipt)
		it.message.Receives++
		it.message.Receipt = Receipt{it.serial, it.message.Receives}
		it.visible = now.Add(q.options.Visibility)
		heap.Fix(&q.waiting, it.at)
		q.flying[it.message.Receipt] = it
		m := it.message
		m.Body = slices.Clone(m.Body)
		messages = append(messages, m)
	}
	return messages
}

// sample is among how many visible messages Pick chooses: a backlog is not to be sorted at each receive.
const sample = 64

// visible lists what may be received, longest visible first, after dropping what is too old and moving away what was
// received too often.
func (q *Queue) visible(now time.Time, n int) []*item {
	if q.options.Pick != nil {
		n = sample
	}
	var items []*item
	for len(items) < n && len(q.waiting) > 0 && !q.waiting[0].visible.After(now) {
		it := heap.Pop(&q.waiting).(*item)
		switch {
		case !now.Before(it.message.SentAt.Add(q.options.Retention)):
			delete(q.flying, it.message.Receipt)
		case q.options.MaxReceives > 0 && q.options.DeadLetter != nil && it.message.Receives >= q.options.MaxReceives:
			delete(q.flying, it.message.Receipt)
			q.options.DeadLetter.take(it.message, now)
		default:
			items = append(items, it)
		}
	}
	for _, it := range items {
		heap.Push(&q.waiting, it)
	}
	return items
}

// take keeps id, count and age: receives are counted across all queues, retention from the first send.
func (q *Queue) take(m Message, now time.Time) {
	m.Receipt = Receipt{}
	q.add(m, now)
}

func (q *Queue) choose(items []*item, n int) []*item {
	n = max(0, min(n, len(items)))
	if q.options.Pick == nil {
		return items[:n]
	}
	var chosen []*item
	for range n {
		i := q.options.Pick(len(items))
		chosen = append(chosen, items[i])
		items = slices.Delete(items, i, i+1)
	}
	return chosen
}

// Delete ends a message. It does nothing, and says false, if the message has been received again since: whoever has
// the newer receipt decides.
func (q *Queue) Delete(receipt Receipt) bool {
	it, ok := q.flying[receipt]
	if !ok {
		return false
	}
	delete(q.flying, receipt)
	heap.Remove(&q.waiting, it.at)
	return true
}

// Hide makes a received message visible again after d; 0 = at once. False as for Delete, and if it is visible already.
func (q *Queue) Hide(now time.Time, receipt Receipt, d time.Duration) bool {
	it, ok := q.flying[receipt]
	if !ok || !it.visible.After(now) {
		return false
	}
	it.visible = now.Add(d)
	heap.Fix(&q.waiting, it.at)
	return true
}

// Settle does what Lambda does after a batch: it deletes what did not fail. A failed id that is not of the batch fails
// all of it.
func (q *Queue) Settle(messages []Message, failed []string) {
	for _, id := range failed {
		if !slices.ContainsFunc(messages, func(m Message) bool { return m.ID == id }) {
			return
		}
	}
	for _, m := range messages {
		if !slices.Contains(failed, m.ID) {
			q.Delete(m.Receipt)
		}
	}
}

// Next is the instant at which the next message becomes visible, which may be past. False: the queue is empty.
func (q *Queue) Next() (time.Time, bool) {
	if len(q.waiting) == 0 {
		return time.Time{}, false
	}
	return q.waiting[0].visible, true
}

// Len is how many copies of messages the queue holds, hidden ones included.
func (q *Queue) Len() int { return len(q.waiting) }

// Bodies are those of every copy of a message the queue holds, hidden ones included, in no promised order.
func (q *Queue) Bodies() [][]byte {
	all := make([][]byte, len(q.waiting))
	for i, it := range q.waiting {
		all[i] = slices.Clone(it.message.Body)
	}
	return all
}

// Redrive moves every message of a dead-letter queue to another queue, as new messages, and says how many.
func (q *Queue) Redrive(now time.Time, to *Queue) (int, error) {
	n := 0
	for len(q.waiting) > 0 {
		it := q.waiting[0]
		if err := to.Send(now, it.message.Body, 0); err != nil {
			return n, err
		}
		heap.Pop(&q.waiting)
		delete(q.flying, it.message.Receipt)
		n++
	}
	return n, nil
}
