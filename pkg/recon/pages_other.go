//go:build !linux

package recon

func inLargePages([]byte) {}
