// Package sandbox plays the providers beside a deployed test stack, in their own wire formats and with the same code as in
// the dev server. A function forgets everything between two calls, so each provider has a diary in a table of its own: what
// was done to it, line by line. A provider is what follows from its diary; whoever wants to do something to it reads the
// lines it does not know, writes its own under the next number, and only then lets it happen. Two who write at once cannot
// both have the number.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Ports are the outside world of a sandbox. Nothing of a stack's own is among them.
type Ports struct {
	Store  store.Store // of the diaries
	Sender job.Sender  // of job.Play
	Now    func() time.Time
	Log    *slog.Logger
}

// Stage is where the providers are played. Its methods may be called at the same time.
type Stage struct {
	store  store.Store
	sender job.Sender
	now    func() time.Time
	log    *slog.Logger
	names  []string

	mu      sync.Mutex
	players map[string]*player
	touched map[string]bool // providers to whom something was done since wake
	keys    map[string]bool // hashes of keys that were let in
}

// New makes a stage; what was played before is found in the store.
func New(p Ports) *Stage {
	return &Stage{store: p.Store, sender: p.Sender, now: p.Now, log: p.Log, names: Names(), players: map[string]*player{},
		touched: map[string]bool{}, keys: map[string]bool{}}
}

// tries is how often a deed is begun again because somebody else wrote first.
const tries = 20

// do lets a deed happen: written first, then done. Errors: errFull; any other leaves it unknown whether it was written, and
// then it will have happened.
func (s *Stage) do(ctx context.Context, name string, d deed) (outcome, error) {
	for range tries {
		p, err := s.current(ctx, name)
		if err != nil {
			return outcome{}, err
		}
		d.At = later(s.now(), p.last).UnixNano()
		same, err := reread(d)
		if err != nil {
			return outcome{}, err
		}
		switch err := s.write(ctx, name, p.read+1, d); {
		case errors.Is(err, errStale):
			continue
		case err != nil:
			return outcome{}, err
		}
		s.touched[name] = true
		return p.live(same), nil
	}
	return outcome{}, errStale
}

// reread is a deed as everybody else will read it, so that it does the same here and there.
func reread(d deed) (same deed, err error) {
	text, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(text, &same)
	}
	return same, err
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// current is a provider as its diary stands.
func (s *Stage) current(ctx context.Context, name string) (*player, error) {
	if !slices.Contains(s.names, name) {
		return nil, fmt.Errorf("sandbox: no provider %q", name)
	}
	p := s.players[name]
	if p == nil {
		p = newPlayer(name)
		s.players[name] = p
	}
	return p, s.lines(ctx, name, p.read+1, func(d deed) { p.live(d) })
}

// today is a provider as it stands now: what has fallen due since the last line happens, under a line of its own.
func (s *Stage) today(ctx context.Context, name string) (*player, error) {
	p, err := s.current(ctx, name)
	if err != nil {
		return nil, err
	}
	if at, ok := p.house.next(); !ok || at.After(s.now()) {
		return p, nil
	}
	_, err = s.do(ctx, name, deed{Kind: passed})
	return p, err
}

// soon is how far ahead a provider asks to be played again. What is later waits for the schedule.
const soon = time.Minute

// wake asks for the providers to whom something was done to be played as soon as they have something to say. A message that
// gets lost costs a minute: the schedule asks as well.
func (s *Stage) wake(ctx context.Context) {
	now := s.now()
	for _, name := range s.names {
		if !s.touched[name] {
			continue
		}
		delete(s.touched, name)
		p := s.players[name]
		at, ok := p.house.next()
		if len(p.waiting()) > 0 {
			at, ok = now, true
		}
		if !ok || at.Sub(now) > soon {
			continue
		}
		delay := max(at.Sub(now)+time.Second-1, 0).Truncate(time.Second) // queues count seconds
		if err := s.sender.Send(ctx, job.Job{Kind: job.Play, Key: store.Key{PK: name, SK: name}}, delay); err != nil {
			s.log.WarnContext(ctx, "provider not played", "name", name, "error", err)
		}
	}
}
