package queuetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

var deadClauses = []clause{
	{"poison", "Of ten records of which one panics, nine are done once, and the one is a dead letter after its five receives.", poison},
	{"dead", "What has come as often as it may is a dead letter and no longer on its queue; not before.", dies},
	{"dead letter", "A dead letter keeps its id, its body and its instant of sending.", deadLetter},
	{"dead count", "A dead letter's count goes on: receives are counted across all queues.", deadCount},
	{"redrive", "A redrive brings back every dead letter with its body, as a new message: another id, sent now, a count of one.", redrive},
	{"dies again", "A redriven message may come as often as any other before it is a dead letter again.", diesAgain},
}

func poison(l *lab) error {
	const receives = 5
	q := l.open(Options{Visibility: time.Second, MaxReceives: receives})
	for i := range 10 {
		j := job.Job{Kind: job.Submit, Key: store.Key{PK: "t#ñ", SK: fmt.Sprint(i)}}
		if err := q.Send(context.Background(), j, 0); err != nil {
			return err
		}
	}
	done, tries := map[string]int{}, 0
	handler := job.HandlerFunc(func(_ context.Context, j job.Job) error {
		switch {
		case j.Key.PK != "t#ñ":
			return errors.New("the key changed on its way")
		case j.Key.SK == "7":
			tries++
			panic("poison")
		}
		done[j.Key.SK]++
		return nil
	})
	var dead []Message
	for until := l.bench.Now().Add(receives*2*time.Second + l.bench.Late); len(dead) == 0; l.bench.Pass(100 * time.Millisecond) {
		if l.bench.Now().After(until) {
			return fmt.Errorf("no dead letter after %d tries", tries)
		}
		batch := l.receive(q, 10)
		l.settle(q, batch, q.Batch(handler, batch)...)
		dead = l.receive(q.Dead, 10)
	}
	if j, err := job.Decode(dead[0].Body); len(dead) != 1 || err != nil || j.Key.SK != "7" || tries != receives {
		return fmt.Errorf("%d dead letters after %d tries, the first %+v, %v", len(dead), tries, j, err)
	}
	for i := range 10 {
		if n := done[fmt.Sprint(i)]; n != 1 && i != 7 {
			return fmt.Errorf("record %d was done %d times", i, n)
		}
	}
	return nil
}

// kill receives what is there as often as it may come, and is what comes then from the dead-letter queue.
func (l *lab) kill(q Queue, receives, messages int) (last, dead []Message, err error) {
	for n := range receives {
		last = nil
		for len(last) < messages {
			got := l.next(q, 0)
			if len(got) == 0 {
				return nil, nil, fmt.Errorf("at its receive %d of %d nothing came", n+1, receives)
			}
			last = append(last, got...)
		}
		if got := l.receive(q.Dead, 10); len(got) > 0 {
			return nil, nil, fmt.Errorf("%q was dead after %d of %d receives", got[0].Body, n+1, receives)
		}
		for _, m := range last {
			l.again(q, m)
		}
	}
	if err := l.none(q, 0); err != nil {
		return nil, nil, err
	}
	for len(dead) < messages {
		got := l.next(q.Dead, time.Second)
		if len(got) == 0 {
			return nil, nil, fmt.Errorf("%d of %d are dead letters", len(dead), messages)
		}
		dead = append(dead, got...)
	}
	return last, dead, l.none(q, 0)
}

func deadQueue(l *lab) Queue {
	return l.open(Options{Visibility: time.Minute, MaxReceives: 3})
}

func dies(l *lab) error {
	q := deadQueue(l)
	l.send(q, "a", "b")
	_, _, err := l.kill(q, 3, 2)
	return err
}

func deadLetter(l *lab) error {
	q := deadQueue(l)
	l.send(q, "a")
	l.bench.Pass(10 * time.Millisecond)
	last, dead, err := l.kill(q, 3, 1)
	if err == nil && (dead[0].ID != last[0].ID || string(dead[0].Body) != "a" || !dead[0].Sent.Equal(last[0].Sent)) {
		err = fmt.Errorf("of %+v became %+v", last[0], dead[0])
	}
	return err
}

func deadCount(l *lab) error {
	q := deadQueue(l)
	l.send(q, "a")
	_, dead, err := l.kill(q, 3, 1)
	if err == nil && dead[0].Receives != 4 {
		err = fmt.Errorf("count %d at its fourth receive", dead[0].Receives)
	}
	return err
}

func redrive(l *lab) error {
	q := deadQueue(l)
	l.send(q, "a", "b")
	_, dead, err := l.kill(q, 3, 2)
	if err != nil {
		return err
	}
	for _, m := range dead {
		l.again(q.Dead, m)
	}
	l.bench.Pass(10 * time.Millisecond)
	if err := q.Redrive(); err != nil {
		return err
	}
	var bodies []string
	for len(bodies) < 2 {
		got := l.next(q, time.Second)
		if len(got) == 0 {
			return fmt.Errorf("%d of 2 came back", len(bodies))
		}
		for _, m := range got {
			bodies = append(bodies, string(m.Body))
			old := slices.ContainsFunc(dead, func(d Message) bool { return d.ID == m.ID || !d.Sent.Before(m.Sent) })
			if old || m.Receives != 1 {
				return fmt.Errorf("%+v came back", m)
			}
		}
	}
	if slices.Sort(bodies); !slices.Equal(bodies, []string{"a", "b"}) {
		return fmt.Errorf("%q came back", bodies)
	}
	return l.none(q.Dead, 0)
}

func diesAgain(l *lab) error {
	q := deadQueue(l)
	l.send(q, "a")
	_, dead, err := l.kill(q, 3, 1)
	if err != nil {
		return err
	}
	l.again(q.Dead, dead[0])
	if err := q.Redrive(); err != nil {
		return err
	}
	_, _, err = l.kill(q, 3, 1)
	return err
}
