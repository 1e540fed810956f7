package proof

import (
	"hash/crc32"

	"github.com/vuelto/vuelto/pkg/store"
)

// fnv64 is the running hash of all that happens (FNV-1a): equal traces, equal runs.
type fnv64 uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (h *fnv64) mix(at int64, parts ...string) {
	sum := uint64(*h)
	for i := 0; i < 64; i += 8 {
		sum = (sum ^ uint64(byte(at>>i))) * fnvPrime
	}
	for _, p := range parts {
		for i := range len(p) {
			sum = (sum ^ uint64(p[i])) * fnvPrime
		}
	}
	*h = fnv64(sum)
}

// castagnoli is the checksum that processors know: bodies are long, and a world writes hundreds of thousands of them.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// wrote mixes in what a write makes of its record, besides its key, which says where.
func (h *fnv64) wrote(write store.Write) {
	switch x := write.(type) {
	case store.Put:
		h.mix(int64(crc32.Checksum(x.Record.Body, castagnoli)))
		h.mix(x.Record.Free ^ x.Record.Version<<32)
	case store.Take:
		h.mix(x.Amount, x.Tag)
	}
}
