package store_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/mem/memstore"
	"github.com/vuelto/vuelto/pkg/store"
)

// remote is a table with a clock of its own; ours goes wrong while a call is under way, and time goes by.
type remote struct {
	*memstore.Store
	now         time.Time     // the table's
	ours        time.Duration // how far our clock is ahead of it
	jump        time.Duration // of ours, between a question and its answer
	there, back time.Duration // how long the question and the answer take
	mute        bool          // no answer comes
	questions   int
}

func (r *remote) carry(call func() error) error {
	r.questions++
	r.now = r.now.Add(r.there)
	if r.mute {
		return errors.New("connection reset")
	}
	err := call()
	r.now, r.ours = r.now.Add(r.back), r.ours+r.jump
	return err
}

func (r *remote) Get(ctx context.Context, key store.Key) (found store.Record, err error) {
	err = r.carry(func() error { found, err = r.Store.Get(ctx, key); return err })
	return found, err
}

func (r *remote) Query(ctx context.Context, q store.Query) (page store.Page, err error) {
	err = r.carry(func() error { page, err = r.Store.Query(ctx, q); return err })
	return page, err
}

func (r *remote) Commit(ctx context.Context, writes ...store.Write) error {
	return r.carry(func() error { return r.Store.Commit(ctx, writes...) })
}

// timely is a store on a remote table that has one record.
func timely(r *remote, lines *bytes.Buffer) *store.Timely {
	r.now = epoch
	r.Store = memstore.New(memstore.Options{Now: func() time.Time { return r.now }})
	if err := r.Store.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "s"}}}); err != nil {
		panic(err)
	}
	return &store.Timely{Store: r, Now: func() time.Time { return r.now.Add(r.ours) }, Within: 5 * time.Minute, Log: slog.New(slog.NewTextHandler(lines, nil))}
}

func TestTimely(t *testing.T) {
	const edge, over = 5*time.Minute - time.Second, 5*time.Minute + time.Second
	for name, c := range map[string]struct {
		remote
		wrong time.Duration // by which it is noticed; 0 = it is not
	}{
		"the same":                              {},
		"slow, and within":                      {remote: remote{ours: -edge}},
		"slow, at the edge":                     {remote: remote{ours: -5 * time.Minute}},
		"slow, and beyond":                      {remote: remote{ours: -over}, wrong: -over},
		"fast, and within":                      {remote: remote{ours: edge}},
		"fast, at the edge":                     {remote: remote{ours: 5 * time.Minute}},
		"fast, and beyond":                      {remote: remote{ours: over}, wrong: over},
		"an hour behind":                        {remote: remote{ours: -time.Hour}, wrong: -time.Hour},
		"it jumps back under way":               {remote: remote{jump: -time.Hour}, wrong: -time.Hour},
		"it is put right under way":             {remote: remote{ours: -time.Hour, jump: time.Hour}},
		"the question takes long":               {remote: remote{there: 20 * time.Minute}},
		"the answer takes long":                 {remote: remote{back: 20 * time.Minute}},
		"slow, and the answer takes long":       {remote: remote{ours: -time.Hour, back: 20 * time.Minute}, wrong: -40 * time.Minute},
		"fast, and the question takes long":     {remote: remote{ours: time.Hour, there: 20 * time.Minute}, wrong: 40 * time.Minute},
		"no answer says nothing of the clock":   {remote: remote{ours: -time.Hour, mute: true}},
		"as wrong as a machine without a clock": {remote: remote{ours: -20000 * 24 * time.Hour}, wrong: -20000 * 24 * time.Hour},
	} {
		for call, do := range map[string]func(store.Store) error{
			"get": func(s store.Store) error {
				_, err := s.Get(context.Background(), store.Key{PK: "p", SK: "s"})
				return err
			},
			"get of nothing": func(s store.Store) error {
				_, err := s.Get(context.Background(), store.Key{PK: "p", SK: "none"})
				if errors.Is(err, store.ErrNotFound) {
					return nil
				}
				return err
			},
			"query": func(s store.Store) error { _, err := s.Query(context.Background(), store.Query{PK: "p"}); return err },
			"commit": func(s store.Store) error {
				return s.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "new"}}})
			},
			"commit that loses": func(s store.Store) error {
				err := s.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "s"}}})
				if store.IsConflict(err) {
					return nil
				}
				return err
			},
		} {
			r, lines := c.remote, &bytes.Buffer{}
			err := do(timely(&r, lines))
			var wrong *store.ClockError
			switch found := errors.As(err, &wrong); {
			case found != (c.wrong != 0), found && wrong.Ahead != c.wrong, !found && (err == nil) == c.mute:
				t.Errorf("%s, %s: %v", name, call, err)
			case found != strings.Contains(lines.String(), `msg="clocks differ" name=store late=`+c.wrong.String()):
				t.Errorf("%s, %s: %q", name, call, lines)
			case r.questions != 1:
				t.Errorf("%s, %s: %d questions", name, call, r.questions)
			}
		}
	}
}

// A first read that is right vouches for that read alone: each answer is held against the clock anew.
func TestTimelyLooksAtEachAnswer(t *testing.T) {
	r := &remote{}
	s := timely(r, &bytes.Buffer{})
	get := func() error { _, err := s.Get(context.Background(), store.Key{PK: "p", SK: "s"}); return err }
	if err := get(); err != nil {
		t.Fatal(err)
	}
	r.ours = -time.Hour
	err := s.Commit(context.Background(), store.Put{Record: store.Record{Key: store.Key{PK: "p", SK: "new"}}})
	if wrong := (*store.ClockError)(nil); !errors.As(err, &wrong) {
		t.Errorf("the clock jumped between a read and a commit: %v", err)
	}
	r.ours = 0
	if err := get(); err != nil {
		t.Errorf("the clock is right again: %v", err)
	}
}
