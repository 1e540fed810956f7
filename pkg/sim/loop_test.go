package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/sim"
)

var start = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

func drain(l *sim.Loop) {
	for l.Step(start.AddDate(1, 0, 0)) {
	}
}

func TestTasksInterleaveAtEachSleepInOrderOfTime(t *testing.T) {
	l := sim.NewLoop(sim.NewVirtual(start))
	var story []string
	worker := func(name string, pause time.Duration) func() {
		return func() {
			for i := range 3 {
				story = append(story, fmt.Sprint(name, i, "@", l.Now().Sub(start)))
				l.Sleep(pause)
			}
		}
	}
	l.Go(worker("a", 2*time.Second), nil)
	l.Go(worker("b", 3*time.Second), nil)
	drain(l)
	want := "a0@0s b0@0s a1@2s b1@3s a2@4s b2@6s"
	if got := strings.Join(story, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A killed task must look like a process that is gone: nothing after the I/O runs, and no recover brings it back.
func TestAKilledTaskCannotRecover(t *testing.T) {
	l := sim.NewLoop(sim.NewVirtual(start))
	var recovered, after, deferred, killed bool
	l.Go(func() {
		func() {
			defer func() {
				deferred = true
				if recover() != nil {
					recovered = true
				}
				l.Sleep(time.Second) // I/O of a deferred call: nobody is there to do it
				after = true
			}()
			l.Kill()
			after = true
		}()
		after = true
	}, func(k bool) { killed = k })
	drain(l)
	if recovered || after || !deferred || !killed {
		t.Errorf("recovered %v after %v deferred %v killed %v", recovered, after, deferred, killed)
	}
}

func TestDeadlinesFollowTheWorldsClock(t *testing.T) {
	l := sim.NewLoop(sim.NewVirtual(start))
	var early, late error
	l.Go(func() {
		ctx, cancel := l.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		l.Sleep(59 * time.Second)
		early = ctx.Err()
		l.Sleep(time.Second)
		late = ctx.Err()
	}, nil)
	drain(l)
	if early != nil || !errors.Is(late, context.DeadlineExceeded) {
		t.Errorf("early %v late %v", early, late)
	}
}

func TestRealTimeJumpsForward(t *testing.T) {
	wall := start
	clock := sim.NewReal(func() time.Time { return wall })
	l := sim.NewLoop(clock)
	var at []time.Duration
	l.After(time.Hour, func() { at = append(at, l.Now().Sub(start)) })
	l.After(3*time.Hour, func() { at = append(at, l.Now().Sub(start)) })
	clock.Jump(start.Add(2*time.Hour), func() {
		for l.Step(start.Add(2 * time.Hour)) {
		}
	})
	wall = wall.Add(time.Minute)
	if got := l.Now().Sub(start); got != 2*time.Hour+time.Minute || fmt.Sprint(at) != "[1h0m0s]" {
		t.Errorf("now %v, ran at %v", got, at)
	}
}

// A closed loop leaves no goroutine behind, whatever its tasks were waiting for.
func TestACloseEndsWhatIsStillAtWork(t *testing.T) {
	before := runtime.NumGoroutine()
	ended := 0
	for range 50 {
		l := sim.NewLoop(sim.NewVirtual(start))
		l.Go(func() { l.Sleep(time.Minute) }, nil)
		l.Go(func() {
			defer func() { ended++ }()
			l.Sleep(10 * 365 * 24 * time.Hour)
		}, nil)
		drain(l)
		l.Close()
	}
	for range 200 { // the last of them may still be on its way out
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before || ended != 50 {
		t.Errorf("%d goroutines, %d before; %d of 50 ended", n, before, ended)
	}
}

// Events run in the order of their instants, those of one instant as they were planned, whatever is planned meanwhile.
func TestEventsRunInOrder(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		loop := sim.NewLoop(sim.NewVirtual(start))
		type planned struct {
			at     time.Time
			serial int
		}
		var last planned
		plans, ran := 0, 0
		var plan func(after time.Duration)
		plan = func(after time.Duration) {
			plans++
			its := planned{loop.Now().Add(after), plans}
			loop.At(its.at, func() {
				if its.at.Before(last.at) || its.at.Equal(last.at) && its.serial < last.serial {
					t.Fatalf("seed %d: %v ran after %v", seed, its, last)
				}
				last, ran = its, ran+1
				for range random.IntN(3) {
					if plans < 5000 {
						plan(time.Duration(random.IntN(50)) * time.Second)
					}
				}
			})
		}
		for range 300 {
			plan(time.Duration(random.IntN(3000)) * time.Second)
		}
		drain(loop)
		if ran != plans || plans < 300 {
			t.Errorf("seed %d: %d of %d events ran", seed, ran, plans)
		}
	}
}

// One order of planning among a hundred thousand that a heap gets wrong which looks for the least child among its cousins too.
func TestNoEventOvertakesAnother(t *testing.T) {
	loop, last := sim.NewLoop(sim.NewVirtual(start)), -1
	for _, second := range []int{24, 42, 39, 5, 26, 34, 0, 37, 29, 4, 40, 9, 7, 38, 36, 16, 20, 32, 23, 13, 28, 41, 1, 45, 35, 30, 25, 14, 21, 19, 44, 10, 33, 6,
		18, 43, 15, 17, 3, 8, 2, 27, 22, 31, 11, 12} {
		loop.At(start.Add(time.Duration(second)*time.Second), func() {
			if second != last+1 {
				t.Errorf("%d runs after %d", second, last)
			}
			last = second
		})
	}
	drain(loop)
}
