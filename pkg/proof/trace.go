package proof

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
