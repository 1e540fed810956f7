package recon

import "syscall"

// inLargePages asks the system for large pages. A system that has none to give goes on with small ones.
func inLargePages(memory []byte) { _ = syscall.Madvise(memory, syscall.MADV_HUGEPAGE) }
