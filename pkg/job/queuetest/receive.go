package queuetest

import (
	"errors"
	"fmt"
	"time"
)

var receiveClauses = []clause{
	{"facts", "A message that was never received comes with a count of one and the instant at which it was sent.", facts},
	{"batches", "No more come at once than were asked for, and all come.", batches},
	{"hidden", "A received message is hidden for the visibility time-out, and then comes again.", isHidden},
	{"again", "What comes again has its id, its body and its instant of sending, a receipt of its own, and a count of one more.", again},
	{"settled", "What was deleted does not come again.", settled},
	{"settled twice", "Deleting what is deleted is no error.", settledTwice},
	{"old receipt", "Deleting by the receipt of an earlier receive is no error, and the newest receipt deletes.", oldReceipt},
	{"released", "What is made visible comes at once, with a count of one more.", released},
	{"hidden longer", "Hiding counts from the instant of asking, beyond the visibility time-out too.", hiddenLonger},
	{"not in flight", "What is visible again can no longer be hidden.", notInFlight},
	{"retention", "What nobody deletes is gone when its retention since it was sent is over, however often it came.", retention},
	{"model", "Whatever is sent, received, deleted and released in whatever order: all that was sent and not deleted comes, and nothing else.", model},
}

func facts(l *lab) error {
	q, before := l.open(Options{}), l.bench.Now()
	l.send(q, "a")
	after := l.bench.Now()
	m, err := l.one(q, 0)
	switch {
	case err != nil:
		return err
	case m.ID == "" || string(m.Body) != "a" || m.Receives != 1:
		return fmt.Errorf("received %+v", m)
	case m.Sent.Before(before.Truncate(time.Millisecond)) || m.Sent.After(after):
		return fmt.Errorf("sent at %s and not from %s to %s", m.Sent, before, after)
	}
	return nil
}

func batches(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	seen := map[string]bool{}
	for i := range 12 {
		l.send(q, fmt.Sprint(i))
	}
	for _, m := range l.receive(q, 1) {
		seen[string(m.Body)] = true
	}
	if len(seen) > 1 {
		return fmt.Errorf("%d came, asked for one", len(seen))
	}
	for len(seen) < 12 {
		got := l.next(q, 0)
		if len(got) == 0 || len(got) > 10 {
			return fmt.Errorf("%d came at once, after %d", len(got), len(seen))
		}
		for _, m := range got {
			seen[string(m.Body)] = true
		}
	}
	return nil
}

func isHidden(l *lab) error {
	q := l.open(Options{Visibility: hidden})
	l.send(q, "a")
	since := l.bench.Now()
	if _, err := l.one(q, 0); err != nil {
		return err
	}
	_, err := l.notBefore(q, since, hidden)
	return err
}

func again(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	l.send(q, "a")
	first, err := l.one(q, 0)
	for n := 2; n <= 4 && err == nil; n++ {
		l.bench.Pass(10 * time.Millisecond) // an instant of sending that moves would show
		l.again(q, first)
		var m Message
		if m, err = l.one(q, 0); err != nil {
			break
		}
		if m.ID != first.ID || string(m.Body) != "a" || !m.Sent.Equal(first.Sent) || m.Receipt == first.Receipt || m.Receives != n {
			return fmt.Errorf("after %+v came %+v", first, m)
		}
		first = m
	}
	return err
}

func settled(l *lab) error {
	q := l.open(Options{Visibility: hidden})
	l.send(q, "a", "b")
	for left := 2; left > 0; {
		got := l.next(q, 0)
		if len(got) == 0 {
			return fmt.Errorf("%d never came", left)
		}
		l.settle(q, got)
		left -= len(got)
	}
	return l.none(q, hidden+time.Second)
}

func settledTwice(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	l.send(q, "a")
	m, err := l.one(q, 0)
	if err != nil {
		return err
	}
	l.settle(q, []Message{m})
	return q.Settle([]Message{m}, nil)
}

// oldReceipt says nothing about the message after the first delete: the reference says that it might not be deleted.
func oldReceipt(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	l.send(q, "a")
	old, err := l.one(q, 0)
	if err != nil {
		return err
	}
	l.again(q, old)
	newest, err := l.one(q, 0)
	if err != nil {
		return err
	}
	return errors.Join(q.Settle([]Message{old}, nil), q.Settle([]Message{newest}, nil), l.none(q, 0))
}

func released(l *lab) error {
	q := l.open(Options{Visibility: time.Hour})
	l.send(q, "a")
	m, err := l.one(q, 0)
	if err != nil {
		return err
	}
	l.again(q, m)
	if m, err = l.one(q, 0); err == nil && m.Receives != 2 {
		err = fmt.Errorf("count %d", m.Receives)
	}
	return err
}

func hiddenLonger(l *lab) error {
	q := l.open(Options{Visibility: hidden})
	l.send(q, "a")
	m, err := l.one(q, 0)
	if err != nil {
		return err
	}
	l.bench.Pass(time.Second)
	since := l.bench.Now()
	if err := q.Hide(m, 3*time.Second); err != nil {
		return err
	}
	_, err = l.notBefore(q, since, 3*time.Second)
	return err
}

func notInFlight(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	l.send(q, "a")
	m, err := l.one(q, 0)
	if err != nil {
		return err
	}
	l.again(q, m)
	if q.Hide(m, time.Minute) == nil {
		return errors.New("it was hidden")
	}
	_, err = l.one(q, 0)
	return err
}

// least is the shortest retention that SQS knows.
const least = time.Minute

func retention(l *lab) error {
	q := l.open(Options{Retention: least, Visibility: time.Second})
	since := l.bench.Now()
	l.send(q, "a")
	for l.bench.Now().Sub(since) < least-15*time.Second { // a slow machine is no reason to fail
		if _, err := l.one(q, time.Second); err != nil {
			return fmt.Errorf("%w, %s after it was sent", err, l.bench.Now().Sub(since))
		}
		l.bench.Pass(10 * time.Second)
	}
	l.bench.Pass(least + 2*time.Second - l.bench.Now().Sub(since))
	return l.none(q, time.Second)
}
