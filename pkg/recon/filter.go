package recon

import "sync/atomic"

// filter remembers hashes without keeping them: what it has not seen it denies for certain, what it has seen it affirms,
// and now and then something else too. It only ever saves work; no result depends on it.
type filter struct {
	words []atomic.Uint64
	mask  uint64
}

// newFilter has room for about so many hashes at a handful of bits each, within so many bytes.
func newFilter(hashes, bytes int64) *filter {
	n := int64(1 << 10)
	for n*4 < hashes && n*16 <= bytes { // four hashes share a word of 64 bits
		n *= 2
	}
	return &filter{words: make([]atomic.Uint64, n), mask: uint64(n - 1)}
}

func bitsOf(hash uint64) uint64 {
	return 1<<(hash>>58) | 1<<(hash>>52&63) | 1<<(hash>>46&63)
}

func (f *filter) add(hash uint64) {
	w, bits := &f.words[hash&f.mask], bitsOf(hash)
	if w.Load()&bits != bits {
		w.Or(bits)
	}
}

func (f *filter) has(hash uint64) bool {
	bits := bitsOf(hash)
	return f.words[hash&f.mask].Load()&bits == bits
}
