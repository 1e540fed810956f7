package recon

// plan is how a run divides its memory.
type plan struct {
	partitions int
	deferred   int64 // about how many entries, or rows, have to wait for a second look
	spool      int64 // bytes of packed records that stay in memory
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
	// partSize is how much of the inputs one partition is to hold: what the processor's cache takes at once.
	partSize = 2 << 20
)

// planFor inputs of so many bytes.
func planFor(memory, size int64, workers int) plan {
	rest := max(memory-fixed, 1<<10)
	partitions := 1
	for int64(partitions)*partSize < size && partitions < 1024 {
		partitions *= 2
	}
	// Every worker has an open chunk for each partition.
	for partitions > 1 && int64(partitions*workers*chunkSize) > rest/4 {
		partitions /= 2
	}
	return plan{partitions: partitions, deferred: size / lineSize / 8, spool: rest * 11 / 20, filter: rest / 12, lines: rest / 16 / int64(workers), later: max(rest/3, 1<<20),
		part: max(rest/3/int64(workers), 1<<20)}
}
