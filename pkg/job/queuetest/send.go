package queuetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// largest is the size of the largest body, in bytes: 1 MiB since August 2025.
const largest = 1 << 20

var sendClauses = []clause{
	{"as sent", "A job of any kind comes as it was sent, whatever its key is made of.", asSent},
	{"delay", "A job comes not before its delay, of which no part of a second is lost, and then comes.", delay},
	{"long delay", "A delay is fifteen minutes at most: otherwise nothing is sent.", longDelay},
	{"negative delay", "A negative delay is refused.", func(l *lab) error { return refusedFor(l, -time.Second) }},
	{"no queue", "A kind of job that has no queue is refused.", noQueue},
	{"too late", "Whoever has run out of time sends nothing.", tooLate},
	{"empty", "A body of no bytes is refused.", func(l *lab) error { return refused(l, "") }},
	{"largest", "A body of 1 MiB is taken, and comes whole.", largestBody},
	{"too large", "A body above 1 MiB is refused.", func(l *lab) error { return refused(l, strings.Repeat("a", largest+1)) }},
	{"characters", "A character that XML does not know is refused, wherever it stands.", func(l *lab) error {
		return errors.Join(refused(l, "a\x00b"), refused(l, "a\uffff"))
	}},
	{"twice", "The same body sent twice is two messages of two ids: nothing is taken for a duplicate.", twice},
}

func asSent(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	sent := map[job.Job]bool{}
	for i, kind := range job.Kinds() {
		if kind == Foreign {
			continue
		}
		keys := []string{"", "t#ñ", "demo#rf_1|\"quoted\"\\", "\t\r\n", "店 🧾", "\x00\x1f", "<&>'"}
		j := job.Job{Kind: kind, Key: store.Key{PK: keys[i%len(keys)], SK: fmt.Sprint(i)}}
		if err := q.Send(context.Background(), j, 0); err != nil {
			return fmt.Errorf("%q: %w", j.Key, err)
		}
		sent[j] = true
	}
	for len(sent) > 0 {
		got := l.next(q, 0)
		if len(got) == 0 {
			return fmt.Errorf("%d jobs never came", len(sent))
		}
		for _, m := range got {
			j, err := job.Decode(m.Body)
			if err != nil || !sent[j] {
				return fmt.Errorf("%q came and was not sent: %v", m.Body, err)
			}
			delete(sent, j)
		}
	}
	return nil
}

func delay(l *lab) error {
	q, since := l.open(Options{}), l.bench.Now()
	j := job.Job{Kind: job.Poll, Key: store.Key{PK: "t", SK: "a"}}
	if err := q.Send(context.Background(), j, 1500*time.Millisecond); err != nil {
		return err
	}
	_, err := l.notBefore(q, since, 1500*time.Millisecond)
	return err
}

func longDelay(l *lab) error {
	const most = 15 * time.Minute
	if err := l.open(Options{}).Send(context.Background(), job.Job{Kind: job.Poll}, most); err != nil {
		return err
	}
	return refusedFor(l, most+time.Second)
}

func refusedFor(l *lab, delay time.Duration) error {
	q := l.open(Options{})
	if q.Send(context.Background(), job.Job{Kind: job.Poll}, delay) == nil {
		return fmt.Errorf("a job for %s from now was taken", delay)
	}
	if q.Raw("a", delay) == nil {
		return fmt.Errorf("a message for %s from now was taken", delay)
	}
	return l.none(q, 0)
}

func noQueue(l *lab) error {
	q := l.open(Options{})
	if q.Send(context.Background(), job.Job{Kind: Foreign}, 0) == nil {
		return errors.New("it was taken")
	}
	return l.none(q, 0)
}

func tooLate(l *lab) error {
	q := l.open(Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if q.Send(ctx, job.Job{Kind: job.Poll}, 0) == nil {
		return errors.New("it was taken")
	}
	return l.none(q, 0)
}

func refused(l *lab, body string) error {
	q := l.open(Options{})
	if q.Raw(body, 0) == nil {
		return fmt.Errorf("%.5q, %d bytes, was taken", body, len(body))
	}
	return l.none(q, 0)
}

func largestBody(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	body := strings.Repeat("ñ", largest/2)
	if err := q.Raw(body, 0); err != nil {
		return err
	}
	m, err := l.one(q, 0)
	if err == nil && string(m.Body) != body {
		err = fmt.Errorf("%d bytes came", len(m.Body))
	}
	return err
}

func twice(l *lab) error {
	q := l.open(Options{Visibility: time.Minute})
	l.send(q, "a", "a")
	ids := map[string]bool{}
	for len(ids) < 2 {
		got := l.next(q, 0)
		if len(got) == 0 {
			return fmt.Errorf("%d ids came", len(ids))
		}
		for _, m := range got {
			ids[m.ID] = true
		}
	}
	return nil
}
