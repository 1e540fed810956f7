package store

// Spread makes a number of texts, the same in every process: shards and jitter come from it, and stored keys with them. It is
// FNV-1a, written out because hash/fnv would be one more package in every function.
func Spread(texts ...string) uint32 {
	h := uint32(2166136261)
	for _, text := range texts {
		for i := range len(text) {
			h = (h ^ uint32(text[i])) * 16777619
		}
	}
	return h
}

// SpreadWide is Spread of one text, in 64 bits.
func SpreadWide(text string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 1099511628211
	}
	return h
}
