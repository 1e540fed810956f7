//go:build !amd64

package recon

func indexGroups(to []uint32, text []byte, from int) int { return indexWords(to, text, from) }
