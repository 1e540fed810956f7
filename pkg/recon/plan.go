package recon

// plan is how a run divides its memory.
type plan struct {
	partitions int
	deferred   int64 // about how many entries, or rows, have to wait for a second look
	spool      int64 // bytes of packed records that stay in memory, open chunks among them
	filter     int64 // bytes of each of two filters
	lines      int64 // bytes of output that each worker sorts at once
	part       int64 // bytes of one packed partition
	later      int64 // bytes of packed records that hang together across references
}

const (
	// fixed is what the program itself, its stacks and the blocks in flight take, in bytes.
	fixed = 24 << 20
	// lineSize is about what a line of the inputs takes.
	lineSize = 90
	// perPlace is for how many bytes of the inputs one byte is kept of where blocks and chunks are.
	perPlace = 512
	// partSize is how much of the inputs one partition is to hold: what the processor's cache takes at once.
	partSize = 2 << 20
)

// planFor inputs of so many bytes.
func planFor(memory, size int64, workers int) plan {
	rest := max(memory-fixed, 1<<10)
	rest -= min(size/perPlace, rest/4)
	partitions := 1
	for int64(partitions)*partSize < size && partitions < 1024 {
		partitions *= 2
	}
	for partitions > 1 && openChunks(partitions, workers) > rest/2 {
		partitions /= 2
	}
	return plan{partitions: partitions, deferred: size / lineSize / 8, spool: rest * 2 / 3, filter: rest / 12, lines: rest / 16 / int64(workers), later: max(rest/3, 1<<20),
		part: max(rest/3/int64(workers), 1<<20)}
}

// openChunks is how much the workers have open at once, in bytes: a chunk of each partition of entries and one of rows, and
// one of ids for each eight partitions.
func openChunks(partitions, workers int) int64 {
	return int64(2*partitions+max(partitions/8, 1)) * int64(workers) * chunkSize
}
