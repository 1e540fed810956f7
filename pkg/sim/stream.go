package sim

import (
	"context"
	"hash/fnv"
	"slices"
	"time"

	"github.com/vuelto/vuelto/pkg/store"
)

// shards of the table's stream: changes of one record are in one shard, in their order.
const shards = 4

// Bounds of how a shard is read: Lambda asks a few times a second, and backs off from what fails.
const (
	streamLag   = 100 * time.Millisecond
	mostBackoff = time.Minute
	streamKeeps = 24 * time.Hour
)

// stream is the table's stream with the function that listens to it, as an event source mapping ties them.
type stream struct {
	spec     StreamSpec
	listener store.Listener
	shards   [shards]shard
}

type shard struct {
	waiting []told
	busy    bool
	failed  int // tries of the first that waits
	most    int // how many changes the next batch may have; 0 = all
}

// told is a change with the instant of its commit.
type told struct {
	store.Change
	at time.Time
}

// listen opens the stream.
func (w *World) listen(spec StreamSpec, l store.Listener) {
	w.stream = &stream{spec: spec, listener: l}
}

// heard is the filter of the mapping.
func (w *World) heard(key store.Key) bool {
	return w.stream != nil && slices.Contains(w.stream.spec.SKs, key.SK)
}

// changed takes what a commit changed.
func (w *World) changed(changes []store.Change) {
	for _, c := range changes {
		h := fnv.New32a()
		_, _ = h.Write([]byte(c.Key().PK))
		s := &w.stream.shards[h.Sum32()%shards]
		s.waiting = append(s.waiting, told{c, w.Now()})
		if !s.busy {
			s.busy = true
			w.After(streamLag, func() { w.hear(s) })
		}
	}
}

// hear gives a shard's next changes to a new invocation of the function. What it did not take comes again, later each time.
func (w *World) hear(s *shard) {
	for len(s.waiting) > 0 && w.Now().Sub(s.waiting[0].at) >= streamKeeps {
		w.log.Error("the stream lost a change", "key", s.waiting[0].Key().String())
		s.waiting = s.waiting[1:]
	}
	if len(s.waiting) == 0 {
		s.busy = false
		return
	}
	if s.most == 0 || s.most > w.stream.spec.BatchSize {
		s.most = max(w.stream.spec.BatchSize, 1)
	}
	batch := make([]store.Change, 0, min(len(s.waiting), s.most))
	for _, t := range s.waiting[:min(len(s.waiting), s.most)] {
		batch = append(batch, t.Change)
	}
	done := 0
	w.Go(func() { done = store.Hear(context.Background(), w.stream.listener, batch, w.log) }, func(killed bool) {
		if killed {
			done = 0 // nobody answered: the whole batch comes again, bisected
			s.most = max(len(batch)/2, 1)
		} else {
			s.most *= 2
		}
		again := done > 0 && w.hooks.Retold != nil && w.hooks.Retold()
		if !again {
			s.waiting = s.waiting[done:]
		}
		wait := time.Duration(0)
		if s.failed++; done == len(batch) {
			s.failed = 0
		} else {
			wait = min(time.Second<<min(s.failed, 6), mostBackoff)
		}
		w.After(wait, func() { w.hear(s) })
	})
}

// Untold is how many changes the stream still holds.
func (w *World) Untold() int {
	n := 0
	if w.stream != nil {
		for i := range w.stream.shards {
			n += len(w.stream.shards[i].waiting)
		}
	}
	return n
}
