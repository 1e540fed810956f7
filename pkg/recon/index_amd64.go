package recon

import "golang.org/x/sys/cpu"

// wide says that the processor has what indexWide is written with, as nearly all since 2013 have.
var wide = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// indexWide does what indexWords does, 32 bytes at a time.
//
//go:noescape
func indexWide(to *uint32, text *byte, groups int, from uint32) int

// indexGroups notes the separators among so many groups of 64 bytes, from the i-th byte on, and says how many there are.
func indexGroups(to []uint32, text []byte, from int) int {
	if wide {
		return indexWide(&to[0], &text[0], len(text)/64, uint32(from))
	}
	return indexWords(to, text, from)
}
