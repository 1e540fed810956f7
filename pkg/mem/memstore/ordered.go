package memstore

import (
	"sort"
	"strings"

	"github.com/vuelto/vuelto/pkg/store"
)

// entry is one place in a partition. In the table SK is the record's own; in an index it is the listed one.
type entry struct {
	sk  string
	key store.Key
}

func (e entry) compare(o entry) int {
	if c := strings.Compare(e.sk, o.sk); c != 0 {
		return c
	}
	if c := strings.Compare(e.key.PK, o.key.PK); c != 0 {
		return c
	}
	return strings.Compare(e.key.SK, o.key.SK)
}

// maxChunk bounds what one insertion moves: partitions grow to hundreds of thousands of entries.
const maxChunk = 256

// ordered is a sorted set of entries, cut into chunks so that inserting does not move the whole partition. No chunk is
// empty.
type ordered struct{ chunks [][]entry }

// place is a position within ordered; it is the end when chunk equals the number of chunks.
type place struct{ chunk, at int }

// first is the place of the first entry that satisfies p, which must be false up to some entry and true from there on.
func (o *ordered) first(p func(entry) bool) place {
	c := sort.Search(len(o.chunks), func(i int) bool { return p(o.chunks[i][len(o.chunks[i])-1]) })
	if c == len(o.chunks) {
		return place{c, 0}
	}
	chunk := o.chunks[c]
	return place{c, sort.Search(len(chunk), func(i int) bool { return p(chunk[i]) })}
}

func (o *ordered) insert(e entry) {
	at := o.first(func(x entry) bool { return x.compare(e) >= 0 })
	if at.chunk == len(o.chunks) {
		if at.chunk == 0 {
			o.chunks = append(o.chunks, []entry{e})
			return
		}
		at = place{at.chunk - 1, len(o.chunks[at.chunk-1])}
	}
	chunk := o.chunks[at.chunk]
	if at.at < len(chunk) && chunk[at.at] == e {
		return
	}
	chunk = append(chunk, entry{})
	copy(chunk[at.at+1:], chunk[at.at:])
	chunk[at.at] = e
	o.chunks[at.chunk] = chunk
	if len(chunk) > maxChunk {
		o.split(at)
	}
}

// split cuts a chunk in two. Keys that grow with time only ever reach the last place, where an even cut would leave
// every chunk half empty.
func (o *ordered) split(at place) {
	chunk := o.chunks[at.chunk]
	cut := len(chunk) / 2
	if at.at == len(chunk)-1 {
		cut = len(chunk) - 1
	}
	rest := append(make([]entry, 0, maxChunk+1), chunk[cut:]...)
	clear(chunk[cut:])
	o.chunks[at.chunk] = chunk[:cut]
	o.chunks = append(o.chunks, nil)
	copy(o.chunks[at.chunk+2:], o.chunks[at.chunk+1:])
	o.chunks[at.chunk+1] = rest
}

func (o *ordered) remove(e entry) {
	at := o.first(func(x entry) bool { return x.compare(e) >= 0 })
	if at.chunk == len(o.chunks) || o.chunks[at.chunk][at.at] != e {
		return
	}
	chunk := o.chunks[at.chunk]
	copy(chunk[at.at:], chunk[at.at+1:])
	chunk[len(chunk)-1] = entry{}
	o.chunks[at.chunk] = chunk[:len(chunk)-1]
	if len(chunk) == 1 {
		o.chunks = append(o.chunks[:at.chunk], o.chunks[at.chunk+1:]...)
	}
}

func (o *ordered) get(p place) (entry, bool) {
	if p.chunk < 0 || p.chunk >= len(o.chunks) {
		return entry{}, false
	}
	return o.chunks[p.chunk][p.at], true
}

func (o *ordered) next(p place) place {
	if p.at+1 < len(o.chunks[p.chunk]) {
		return place{p.chunk, p.at + 1}
	}
	return place{p.chunk + 1, 0}
}

// before is the place before p; its chunk is -1 before the first.
func (o *ordered) before(p place) place {
	if p.at > 0 {
		return place{p.chunk, p.at - 1}
	}
	if p.chunk == 0 {
		return place{-1, 0}
	}
	return place{p.chunk - 1, len(o.chunks[p.chunk-1]) - 1}
}
