package recon

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
)

// order sorts lines of an output by file, line and id, whoever makes them and however many: what is more than the room
// allows waits in sorted runs on the disk.
type order struct {
	dir  string
	room int64 // bytes that one worker keeps

	mu   sync.Mutex
	file *os.File
	end  int64
	runs []sortedRun
}

type sortedRun struct{ from, to int64 }

// sorted are the lines of one worker that are still in memory.
type sorted struct {
	*order
	bytes []byte
	at    []uint32
	line  csvLine // the one being written
}

func (o *order) worker() *sorted { return &sorted{order: o} }

const lineHead = 12 // rank 2, line 4, length of the id 2, of the text 4

// add a line of output. rank is its file's place among the names of files, from 1; 0 if it has none.
func (s *sorted) add(rank uint16, line uint32, id string, text []byte) error {
	if int64(len(s.bytes)) > s.room {
		if err := s.spill(); err != nil {
			return err
		}
	}
	if s.bytes == nil {
		s.bytes = make([]byte, 0, s.room+s.room/8)
	}
	s.at = append(s.at, uint32(len(s.bytes)))
	be := binary.BigEndian
	s.bytes = be.AppendUint16(s.bytes, rank)
	s.bytes = be.AppendUint32(s.bytes, line)
	s.bytes = be.AppendUint16(s.bytes, uint16(len(id)))
	s.bytes = be.AppendUint32(s.bytes, uint32(len(text)))
	s.bytes = append(append(s.bytes, id...), text...)
	return nil
}

// parts of an encoded line, and its size.
func parts(line []byte) (key, id, text []byte, size int) {
	i := int(binary.BigEndian.Uint16(line[6:]))
	n := int(binary.BigEndian.Uint32(line[8:]))
	size = lineHead + i + n
	return line[:6], line[lineHead : lineHead+i], line[lineHead+i : size], size
}

func compareLines(a, b []byte) int {
	keyA, idA, textA, _ := parts(a)
	keyB, idB, textB, _ := parts(b)
	return cmp.Or(bytes.Compare(keyA, keyB), bytes.Compare(idA, idB), bytes.Compare(textA, textB))
}

func (s *sorted) sort() {
	slices.SortFunc(s.at, func(a, b uint32) int { return compareLines(s.bytes[a:], s.bytes[b:]) })
}

// spill writes what is in memory as a sorted run.
func (s *sorted) spill() error {
	s.sort()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		file, err := os.CreateTemp(s.dir, "vuelto-recon-*")
		if err != nil {
			return fmt.Errorf("sorting on disk: %w", err)
		}
		if s.file = file; os.Remove(file.Name()) != nil {
			return fmt.Errorf("sorting on disk: %s cannot be removed", file.Name())
		}
	}
	from := s.end
	w := bufio.NewWriterSize(io.NewOffsetWriter(s.file, from), 64<<10)
	for _, at := range s.at {
		_, _, _, size := parts(s.bytes[at:])
		if _, err := w.Write(s.bytes[at : int(at)+size]); err != nil {
			return fmt.Errorf("sorting on disk: %w", err)
		}
		s.end += int64(size)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sorting on disk: %w", err)
	}
	s.runs = append(s.runs, sortedRun{from, s.end})
	s.bytes, s.at = s.bytes[:0], s.at[:0]
	return nil
}

// each gives every line of all workers in order.
func (o *order) each(workers []*sorted, do func(text []byte) error) error {
	var h streams
	for _, w := range workers {
		w.sort()
		if s := (&stream{memory: w}); s.advance() == nil {
			h = append(h, s)
		}
	}
	for _, run := range o.runs {
		s := &stream{in: bufio.NewReaderSize(io.NewSectionReader(o.file, run.from, run.to-run.from), 32<<10)}
		if err := s.advance(); err != nil {
			return fmt.Errorf("sorting on disk: %w", err)
		}
		h = append(h, s)
	}
	heap.Init(&h)
	for len(h) > 0 {
		_, _, text, _ := parts(h[0].line)
		if err := do(text); err != nil {
			return err
		}
		switch err := h[0].advance(); err {
		case nil:
			heap.Fix(&h, 0)
		case io.EOF:
			heap.Pop(&h)
		default:
			return fmt.Errorf("sorting on disk: %w", err)
		}
	}
	return nil
}

func (o *order) close() {
	if o.file != nil {
		_ = o.file.Close()
	}
}

// stream is one sorted run, in memory or on the disk.
type stream struct {
	memory *sorted
	done   int
	in     *bufio.Reader
	line   []byte
}

// advance to the next line. Errors: io.EOF, and those of the disk.
func (s *stream) advance() error {
	if s.memory != nil {
		if s.done == len(s.memory.at) {
			return io.EOF
		}
		s.line = s.memory.bytes[s.memory.at[s.done]:]
		s.done++
		return nil
	}
	head, err := s.in.Peek(lineHead)
	if err != nil {
		if len(head) > 0 {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	size := lineHead + int(binary.BigEndian.Uint16(head[6:])) + int(binary.BigEndian.Uint32(head[8:]))
	s.line = slices.Grow(s.line[:0], size)[:size]
	_, err = io.ReadFull(s.in, s.line)
	return err
}

type streams []*stream

func (h streams) Len() int           { return len(h) }
func (h streams) Less(i, j int) bool { return compareLines(h[i].line, h[j].line) < 0 }
func (h streams) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *streams) Push(x any)        { *h = append(*h, x.(*stream)) }
func (h *streams) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
