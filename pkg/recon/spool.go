package recon

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// chunkSize is how much of a partition is kept or written at once, in bytes. A longer record has a chunk of its own.
const chunkSize = 8 << 10

// slabSize is how much chunks are cut from, in bytes. It is a large page of most processors, so that the system has to give
// memory in hundreds of steps and not in tens of thousands.
const slabSize = 8 << 20

// spool keeps the chunks of all partitions: in memory while there is room, then in one file that has no name.
type spool struct {
	dir string

	room  *room
	mu    sync.Mutex
	file  *os.File
	end   int64
	parts []part
}

// part is one partition: its chunks in memory and in the file.
type part struct {
	chunks []chunk
	size   int64
}

type chunk struct {
	kept []byte // nil if it is in the file
	at   int64
	size int
}

// room is how many bytes all spools together may still keep in memory, and the chunks that none of them uses now.
type room struct {
	left atomic.Int64

	mu    sync.Mutex
	spare [][]byte
	slab  []byte // new chunks are cut from it
}

func newRoom(bytes int64) *room {
	r := &room{}
	r.left.Store(bytes)
	return r
}

// reserve bytes, if there are so many.
func (r *room) reserve(bytes int) bool {
	if r.left.Add(-int64(bytes)) >= 0 {
		return true
	}
	r.left.Add(int64(bytes))
	return false
}

func newSpool(dir string, parts int, room *room) *spool {
	return &spool{dir: dir, room: room, parts: make([]part, parts)}
}

// take a chunk with room for at least so many bytes.
func (r *room) take(size int) []byte {
	if size > chunkSize {
		return make([]byte, 0, size)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.spare); n > 0 {
		c := r.spare[n-1]
		r.spare = r.spare[:n-1]
		return c[:0]
	}
	if len(r.slab) < chunkSize {
		r.slab = make([]byte, slabSize)
		inLargePages(r.slab)
	}
	c := r.slab[:0:chunkSize]
	r.slab = r.slab[chunkSize:]
	return c
}

func (r *room) giveBack(c []byte) {
	if cap(c) == chunkSize {
		r.mu.Lock()
		r.spare = append(r.spare, c)
		r.mu.Unlock()
	}
}

// forget the chunks that nobody uses: what follows needs its memory for other things.
func (r *room) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spare, r.slab = nil, nil
}

// partOf a hash.
func (s *spool) partOf(hash uint64) int { return int(hash >> 32 * uint64(len(s.parts)) >> 32) }

// put a full chunk into a partition. The chunk belongs to the spool from now on.
func (s *spool) put(to int, c []byte) error {
	if len(c) == 0 {
		s.room.giveBack(c)
		return nil
	}
	s.mu.Lock()
	p := &s.parts[to]
	p.size += int64(len(c))
	if s.room.reserve(cap(c)) {
		p.chunks = append(p.chunks, chunk{kept: c, size: len(c)})
		s.mu.Unlock()
		return nil
	}
	if err := s.openFile(); err != nil {
		s.mu.Unlock()
		return err
	}
	at := s.end
	s.end += int64(len(c))
	p.chunks = append(p.chunks, chunk{at: at, size: len(c)})
	s.mu.Unlock()
	if _, err := s.file.WriteAt(c, at); err != nil {
		return fmt.Errorf("writing a partition: %w", err)
	}
	s.room.giveBack(c)
	return nil
}

// keep a copy of packed records in a partition.
func (s *spool) keep(to int, records []byte) error {
	for len(records) > 0 {
		c := s.room.take(chunkSize)
		n := copy(c[:chunkSize], records)
		if err := s.put(to, c[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

// openFile makes the file the first time it is needed; unlinked, so that it is gone whatever ends the process.
func (s *spool) openFile() error {
	if s.file != nil {
		return nil
	}
	file, err := os.CreateTemp(s.dir, "vuelto-recon-*")
	if err != nil {
		return fmt.Errorf("partitioning to disk: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return fmt.Errorf("partitioning to disk: %w", err)
	}
	s.file = file
	return nil
}

// load reads a whole partition into one run of bytes, and forgets it.
func (s *spool) load(from int, into []byte) ([]byte, error) {
	p := &s.parts[from]
	into = into[:0]
	if int64(cap(into)) < p.size {
		into = make([]byte, 0, p.size+p.size/8)
	}
	for _, c := range p.chunks {
		if c.kept != nil {
			into = append(into, c.kept...)
			s.room.giveBack(c.kept)
			s.room.left.Add(int64(cap(c.kept)))
			continue
		}
		n := len(into)
		into = into[:n+c.size]
		if _, err := s.file.ReadAt(into[n:], c.at); err != nil {
			return nil, fmt.Errorf("reading a partition: %w", err)
		}
	}
	*p = part{}
	return into, nil
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
	}
}

// sink is one worker's open chunks, one for each partition.
type sink struct {
	spool *spool
	open  [][]byte
}

// newSink takes room for what it will have open, until it is flushed.
func newSink(s *spool) *sink {
	s.room.left.Add(-int64(len(s.parts)) * chunkSize)
	return &sink{spool: s, open: make([][]byte, len(s.parts))}
}

// grow makes room for a record of a partition and returns it, to be written before the next call.
func (k *sink) grow(part, size int) ([]byte, error) {
	c := &k.open[part]
	if cap(*c)-len(*c) < size {
		if err := k.spool.put(part, *c); err != nil {
			return nil, err
		}
		*c = k.spool.room.take(size)
	}
	n := len(*c)
	*c = (*c)[:n+size] // in place, which changes its length alone
	return (*c)[n:], nil
}

// flush hands over what is open.
func (k *sink) flush() error {
	k.spool.room.left.Add(int64(len(k.open)) * chunkSize)
	for p, c := range k.open {
		if err := k.spool.put(p, c); err != nil {
			return err
		}
		k.open[p] = nil
	}
	return nil
}
