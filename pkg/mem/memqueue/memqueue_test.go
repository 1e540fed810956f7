package memqueue_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/mem/memqueue"
)

var epoch = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return epoch.Add(d) }

func send(t testing.TB, q *memqueue.Queue, at time.Time, body string, delay time.Duration) {
	t.Helper()
	if err := q.Send(at, []byte(body), delay); err != nil {
		t.Fatal(err)
	}
}

func bodies(messages []memqueue.Message) string {
	s := ""
	for _, m := range messages {
		s += string(m.Body)
	}
	return s
}

func TestDelay(t *testing.T) {
	q := memqueue.New(memqueue.Options{})
	send(t, q, epoch, "late", time.Minute)
	send(t, q, epoch, "now", 0)
	if got := bodies(q.Receive(epoch, 10)); got != "now" {
		t.Fatalf("received %q", got)
	}
	q = memqueue.New(memqueue.Options{})
	send(t, q, epoch, "late", time.Minute)
	if next, ok := q.Next(); !ok || !next.Equal(after(time.Minute)) {
		t.Fatalf("next %s, %t", next, ok)
	}
	if got := q.Receive(after(time.Minute-1), 10); got != nil {
		t.Fatalf("received %d too early", len(got))
	}
	if got := bodies(q.Receive(after(time.Minute), 10)); got != "late" {
		t.Fatalf("received %q", got)
	}
}

func TestVisibility(t *testing.T) {
	q := memqueue.New(memqueue.Options{Visibility: time.Minute})
	send(t, q, epoch, "a", 0)
	first := q.Receive(epoch, 10)
	if got := q.Receive(after(59*time.Second), 10); got != nil {
		t.Fatal("received while hidden")
	}
	if next, _ := q.Next(); !next.Equal(after(time.Minute)) {
		t.Fatalf("next %s", next)
	}
	second := q.Receive(after(time.Minute), 10)
	if len(second) != 1 || second[0].Receives != 2 || second[0].ID != first[0].ID || second[0].Receipt == first[0].Receipt {
		t.Fatalf("second receive %+v", second)
	}
	if q.Delete(first[0].Receipt) || q.Len() != 1 {
		t.Fatal("an old receipt deleted the message")
	}
	if !q.Hide(after(time.Minute), second[0].Receipt, 0) || len(q.Receive(after(time.Minute), 10)) != 1 {
		t.Fatal("not visible again")
	}
}

func TestDeadLetter(t *testing.T) {
	dead := memqueue.New(memqueue.Options{Name: "dead", Retention: 14 * 24 * time.Hour})
	q := memqueue.New(memqueue.Options{Name: "q", Visibility: time.Minute, MaxReceives: 3, DeadLetter: dead})
	send(t, q, epoch, "poison", 0)
	for i := range 3 {
		if got := q.Receive(after(time.Duration(i)*time.Minute), 10); len(got) != 1 || got[0].Receives != i+1 {
			t.Fatalf("receive %d: %+v", i+1, got)
		}
	}
	if got := q.Receive(after(3*time.Minute), 10); got != nil || q.Len() != 0 || dead.Len() != 1 {
		t.Fatalf("received %d, %d left, %d dead", len(got), q.Len(), dead.Len())
	}
	got := dead.Receive(after(3*time.Minute), 10)
	if bodies(got) != "poison" || got[0].Receives != 4 || !got[0].SentAt.Equal(epoch) {
		t.Fatalf("dead: %+v", got)
	}
	if n, err := dead.Redrive(after(4*time.Minute), q); n != 1 || err != nil || dead.Len() != 0 {
		t.Fatalf("redrove %d: %v", n, err)
	}
	if got := q.Receive(after(4*time.Minute), 10); bodies(got) != "poison" || got[0].Receives != 1 {
		t.Fatalf("redriven: %+v", got)
	}
}

func TestRetention(t *testing.T) {
	q := memqueue.New(memqueue.Options{})
	send(t, q, epoch, "a", 0)
	if got := q.Receive(after(4*24*time.Hour-1), 10); len(got) != 1 {
		t.Fatal("gone too early")
	}
	if got := q.Receive(after(5*24*time.Hour), 10); got != nil || q.Len() != 0 {
		t.Fatal("kept too long")
	}
}

func TestCopiesAndDisorder(t *testing.T) {
	q := memqueue.New(memqueue.Options{
		Deliver: func() []time.Duration { return []time.Duration{0, time.Minute} },
		Pick:    func(n int) int { return n - 1 },
	})
	send(t, q, epoch, "a", 0)
	send(t, q, epoch, "b", 0)
	first := q.Receive(epoch, 10)
	if bodies(first) != "ba" {
		t.Fatalf("received %q", bodies(first))
	}
	q.Settle(first, nil)
	again := q.Receive(after(time.Minute), 10)
	if bodies(again) != "ba" || again[0].ID != first[0].ID {
		t.Fatalf("copies %+v", again)
	}
}

func TestRefusals(t *testing.T) {
	q := memqueue.New(memqueue.Options{})
	for name, err := range map[string]error{
		"delay":    q.Send(epoch, []byte("a"), 15*time.Minute+1),
		"negative": q.Send(epoch, []byte("a"), -1),
		"empty":    q.Send(epoch, nil, 0),
		"large":    q.Send(epoch, make([]byte, 1<<20+1), 0),
		"kind":     memqueue.Sender{}.Send(context.Background(), job.Job{Kind: job.Submit}, 0),
	} {
		if !errors.Is(err, memqueue.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if q.Len() != 0 {
		t.Errorf("%d messages", q.Len())
	}
}

func TestSettleOfAForeignIDFailsAll(t *testing.T) {
	q := memqueue.New(memqueue.Options{Name: "q"})
	send(t, q, epoch, "a", 0)
	q.Settle(q.Receive(epoch, 10), []string{"nobody"})
	if q.Len() != 1 {
		t.Fatal("deleted")
	}
}

// TestNothingIsLost drives random sends, receives and deletes: every message not deleted is received again.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		now := epoch
		q := memqueue.New(memqueue.Options{Visibility: time.Minute, Pick: func(n int) int {
			return rapid.IntRange(0, n-1).Draw(rt, "pick")
		}})
		live, sent := map[string]bool{}, 0
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			switch rapid.IntRange(0, 2).Draw(rt, "step") {
			case 0:
				body := fmt.Sprint(sent)
				sent++
				send(t, q, now, body, time.Duration(rapid.IntRange(0, 900).Draw(rt, "delay"))*time.Second)
				live[body] = true
			case 1:
				for _, m := range q.Receive(now, rapid.IntRange(1, 10).Draw(rt, "max")) {
					if !live[string(m.Body)] {
						rt.Fatalf("%s received after its end", m.Body)
					}
					if rapid.Bool().Draw(rt, "done") && q.Delete(m.Receipt) {
						delete(live, string(m.Body))
					}
				}
			case 2:
				now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "pass")) * time.Second)
			}
		}
		if q.Len() != len(live) {
			rt.Fatalf("%d held, %d live", q.Len(), len(live))
		}
		now = now.Add(time.Hour)
		for {
			got := q.Receive(now, 10)
			if got == nil {
				break
			}
			for _, m := range got {
				delete(live, string(m.Body))
			}
		}
		if len(live) != 0 {
			rt.Fatalf("lost: %v", live)
		}
	})
}
