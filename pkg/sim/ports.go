package sim

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/file"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/store"
)

// Each port gives way before and after its effect: the request is in flight, it takes effect, the reply is in flight.

// stored is the store as handlers see it.
type stored struct {
	w     *World
	inner store.Store
}

func (s stored) Get(ctx context.Context, key store.Key) (store.Record, error) {
	r := s.w.reading(s.inner, ctx)
	r.key = key
	err := s.w.io(ctx, Point{Boundary: "store", Call: "get", About: about(key), Subject: key.PK}, r.get)
	record := r.record
	s.w.read(r)
	return record, err
}

func (s stored) Query(ctx context.Context, q store.Query) (store.Page, error) {
	r := s.w.reading(s.inner, ctx)
	r.query = q
	err := s.w.io(ctx, Point{Boundary: "store", Call: "query", About: string(q.Index), Subject: q.PK}, r.list)
	page := r.page
	s.w.read(r)
	return page, err
}

// reading is one Get or Query under way. A world makes millions, and what its effect reaches would be three allocations for each; what was
// under way when its handler was killed is not used again.
type reading struct {
	of        store.Store
	ctx       context.Context
	key       store.Key
	query     store.Query
	record    store.Record
	page      store.Page
	get, list func() error
}

func (w *World) reading(of store.Store, ctx context.Context) *reading {
	var r *reading
	if n := len(w.readings); n > 0 {
		r, w.readings = w.readings[n-1], w.readings[:n-1]
	} else {
		r = &reading{}
		r.get = func() (err error) { r.record, err = r.of.Get(r.ctx, r.key); return err }
		r.list = func() (err error) { r.page, err = r.of.Query(r.ctx, r.query); return err }
	}
	r.of, r.ctx = of, ctx
	return r
}

func (w *World) read(r *reading) {
	*r = reading{get: r.get, list: r.list}
	w.readings = append(w.readings, r)
}

func (s stored) Commit(ctx context.Context, writes ...store.Write) error {
	at := Point{Boundary: "store", Call: "commit"}
	for i := len(writes) - 1; i >= 0; i-- { // the first one counts, unless it is only the day's limit
		if k := store.KeyOf(writes[i]); at.About == "" || k.SK != "quota" {
			at.About, at.Subject = about(k), k.PK
		}
	}
	return s.w.io(ctx, at, func() error {
		err := s.inner.Commit(ctx, writes...)
		if err == nil && s.w.hooks.Committed != nil {
			s.w.hooks.Committed(writes)
		}
		return err
	})
}

// about is what kind of record a key is of: its SK, but for those whose SK is an id or a day.
func about(k store.Key) string {
	switch {
	case strings.HasPrefix(k.SK, "evt_"):
		return "event"
	case strings.HasPrefix(k.SK, "per_"):
		return "blocked"
	case strings.HasPrefix(k.SK, "ask_"):
		return "asked"
	case strings.HasPrefix(k.SK, "receipt#"):
		return "claim"
	case strings.HasSuffix(k.PK, "#rules"):
		return "rules"
	case strings.HasSuffix(k.PK, "#apikeys"):
		return "pointer"
	case strings.Contains(k.PK, "#rate#"):
		return "rate"
	case strings.Contains(k.PK, "#fees#"):
		return "fees"
	case strings.HasSuffix(k.PK, "#calendar"), strings.HasSuffix(k.PK, "#deposits"), strings.HasSuffix(k.PK, "#orders"), strings.HasSuffix(k.PK, "#receipts"), strings.HasSuffix(k.PK, "#reminded"):
		return k.PK[strings.LastIndexByte(k.PK, '#')+1:]
	case strings.HasPrefix(k.SK, "leg_"), strings.HasSuffix(k.PK, "#decisions"), k.SK != "fence" && strings.Contains(k.PK, "#missing#"), strings.Contains(k.PK, "#closed#"):
		return "decision"
	}
	return k.SK
}

// sent is the queues as handlers see them.
type sent struct {
	w     *World
	inner job.Sender
}

func (s sent) Send(ctx context.Context, j job.Job, delay time.Duration) error {
	return s.w.io(ctx, Point{Boundary: "queue", Call: "send", About: string(j.Kind), Subject: j.Key.PK}, func() error { return s.put(ctx, j, delay) })
}

// put is what a send comes to, whoever sends.
func (s sent) put(ctx context.Context, j job.Job, delay time.Duration) error {
	if err := s.inner.Send(ctx, j, delay); err != nil {
		return err
	}
	q := s.w.queueOf[j.Kind]
	if s.w.hooks.Sent != nil {
		s.w.hooks.Sent(q.spec.Name, job.Encode(j))
	}
	s.w.pump(q)
	return nil
}

// filed is the file store as handlers see it.
type filed struct {
	w     *World
	inner file.Vault
}

func (f filed) Put(ctx context.Context, name string, body []byte) error {
	return f.w.io(ctx, Point{Boundary: "file", Call: "put", Subject: name}, func() error {
		err := f.inner.Put(ctx, name, body)
		if err == nil {
			f.w.put(name)
		}
		return err
	})
}

func (f filed) Lock(ctx context.Context, name string, body []byte, until time.Time) error {
	return f.w.io(ctx, Point{Boundary: "file", Call: "lock", Subject: name}, func() error { return f.inner.Lock(ctx, name, body, until) })
}

func (f filed) Get(ctx context.Context, name string) (body []byte, err error) {
	err = f.w.io(ctx, Point{Boundary: "file", Call: "get", Subject: name}, func() error { body, err = f.inner.Get(ctx, name); return err })
	return body, err
}

func (f filed) Open(ctx context.Context, name string) (body io.ReadCloser, mark string, at time.Time, err error) {
	err = f.w.io(ctx, Point{Boundary: "file", Call: "get", Subject: name}, func() error { body, mark, at, err = f.w.Files.Open(ctx, name); return err })
	return body, mark, at, err
}

func (f filed) Copy(ctx context.Context, name, mark, to string) error {
	return f.w.io(ctx, Point{Boundary: "file", Call: "put", Subject: to}, func() error { return f.w.Files.Copy(ctx, name, mark, to) })
}

// Point is an I/O: which boundary, which call, about what kind of thing, which one, and, where somebody wants to know, by which
// function of ours.
type Point struct{ Boundary, Call, About, Subject, By string }

// Site is the call site alone.
func (p Point) Site() Point {
	return Point{Boundary: p.Boundary, Call: p.Call, About: p.About, By: p.By}
}

func (p Point) String() string {
	s := p.Boundary + " " + p.Call + " " + p.About
	if p.By != "" {
		return strings.TrimSuffix(s, " ") + " by " + p.By
	}
	return s
}

// io is one I/O of a handler: in flight, effect, reply in flight. Faults, if the world has any, strike here.
func (w *World) io(ctx context.Context, at Point, effect func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.hooks.Strike == nil || w.current == nil {
		w.Sleep(0)
		return effect()
	}
	return w.hooks.Strike(at, effect)
}
