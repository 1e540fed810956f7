package recon

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// input is a source whose header is known.
type input struct {
	*source
	reader *reader
	header header
	number int // among the inputs of its lane
	seen   int64
}

// lane is a run of inputs, read one after the other and a block at a time by whichever worker has nothing to do. Whoever
// reads a block parses it too, while it is close by.
type lane struct {
	paths  []string
	summed bool // the digests are wanted
	header func(name string, record []byte) (header, error)
	parse  []func(b *block) error // per worker

	mu     sync.Mutex
	next   int    // path to be opened
	now    *input // being read
	ended  bool
	sums   []string
	places *places // where the blocks are, if somebody wants to know
}

// take gives the next block, if there is one. The lane is locked.
func (l *lane) take(b *block) (bool, error) {
	for !l.ended {
		if l.now == nil {
			if l.next == len(l.paths) {
				l.ended = true
				break
			}
			if err := l.open(b); err != nil {
				return false, err
			}
			l.places.add(b)
			return true, nil
		}
		err := l.now.reader.fill(b)
		if err == nil {
			b.from = l.now
			l.places.add(b)
			return true, nil
		}
		if !errors.Is(err, io.EOF) {
			return false, fmt.Errorf("%s: %w", l.now.name, err)
		}
		if err := l.finish(); err != nil {
			return false, err
		}
	}
	return false, nil
}

// open the next input, and give what follows its header in the first block.
func (l *lane) open(b *block) error {
	s, err := openSource(l.paths[l.next], l.summed)
	if err != nil {
		return err
	}
	l.now = &input{source: s, reader: newReader(s.text), number: l.next}
	l.next++
	err = l.now.reader.fill(b)
	switch {
	case errors.Is(err, io.EOF):
		b.text, b.lines, b.endless = nil, 0, false
	case err != nil:
		return fmt.Errorf("%s: %w", s.name, err)
	}
	end, how := next(b.text, true)
	if how != whole || b.endless {
		return &HeaderError{s.name, "the header cannot be read"}
	}
	if l.now.header, err = l.header(s.name, b.text[:end]); err != nil {
		return err
	}
	b.from = l.now
	lines := bytes.Count(b.text[:end], lineEnd)
	b.line, b.lines = b.line+uint32(lines), b.lines-lines
	b.text = b.text[end:]
	return nil
}

// finish the input that has been read to its end.
func (l *lane) finish() error {
	s := l.now
	l.now = nil
	defer s.close()
	if !l.summed {
		return nil
	}
	sum, err := s.digest()
	l.sums = append(l.sums, sum)
	return err
}

// reopen an input that was bare.
func (in *input) reopen() error {
	file, err := os.Open(in.file.Name())
	if err == nil {
		in.source = &source{name: in.name, file: file}
	}
	return err
}

func (l *lane) close() {
	if l.now != nil {
		l.now.close()
	}
}

// fault is an error and its place in the inputs: of several the first one is told.
type fault struct {
	error
	lane, input int
	line        uint32
}

// readers are what works through some lanes.
type readers struct {
	run   *run
	lanes []*lane
	stop  atomic.Bool
	mu    sync.Mutex
	fault *fault
}

// readLanes lets the workers read some lanes to their ends.
func (r *run) readLanes(ctx context.Context, lanes ...*lane) error {
	all := &readers{run: r, lanes: lanes}
	group, ctx := errgroup.WithContext(ctx)
	for i := range r.Workers {
		group.Go(func() error { return all.work(ctx, i) })
	}
	err := group.Wait()
	for _, l := range lanes {
		l.close()
	}
	if all.fault != nil {
		return all.fault.error
	}
	return err
}

// work is one worker's part. Each begins with a lane of its own and helps with the others at its end.
func (w *readers) work(ctx context.Context, worker int) error {
	b := w.run.blocks[worker]
	for i := range w.lanes {
		at := (worker + i) % len(w.lanes)
		l := w.lanes[at]
		// Every lane is opened, so that of two faulty headers it is always the same that is told.
		for first := true; first || !w.stop.Load(); first = false {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if !w.take(l, at, b) {
				break
			}
			if err := l.parse[worker](b); err != nil {
				line := b.line
				if e := (*LineError)(nil); errors.As(err, &e) {
					line = e.Line
				}
				w.failed(fault{err, at, b.from.number, line})
			}
		}
	}
	return nil
}

// take a block of a lane.
func (w *readers) take(l *lane, at int, b *block) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	more, err := l.take(b)
	if err != nil {
		f := fault{err, at, l.next, 0}
		if l.now != nil {
			f.input, f.line = l.now.number, l.now.reader.line
		}
		w.failed(f)
	}
	if more {
		w.run.progress(b.from)
	}
	return more
}

func (w *readers) failed(f fault) {
	w.stop.Store(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fault == nil || cmp.Or(cmp.Compare(f.lane, w.fault.lane), cmp.Compare(f.input, w.fault.input), cmp.Compare(f.line, w.fault.line)) < 0 {
		w.fault = &f
	}
}
