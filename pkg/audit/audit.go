// Package audit makes tampering show. The journal of each record is a hash chain: every step's hash is made of the one
// before and of all the step says, so that nothing in the middle can be changed, left out, put in or moved without changing
// every hash after it. What happened in a day has one Merkle root, kept where nobody can write over it, so that no chain
// can be cut short or rewritten as a whole.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"time"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// String is hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Step is one entry of a journal.
type Step struct {
	At       time.Time // to the millisecond, as stored
	From, To string
	Evidence string
	By       string
	Role     string // of the person, by the key they used; empty for parts of ours, and in journals of before it was written
	Note     string
}

// Chain gives the hash after each step of a record's journal.
type Chain struct {
	last Hash
	n    int
	hash hash.Hash
}

// Begin starts the chain of one record. Each has a beginning of its own: a whole journal cannot pass for another's.
func Begin(tenant, subject string) *Chain {
	c := &Chain{hash: sha256.New()}
	c.write("vuelto journal 1", tenant, subject)
	c.hash.Sum(c.last[:0])
	return c
}

// Resume goes on after the n-th step, whose hash is known.
func Resume(last Hash, n int) *Chain { return &Chain{hash: sha256.New(), last: last, n: n} }

// Last is the hash after the last step; of no step, the record's own beginning.
func (c *Chain) Last() Hash { return c.last }

// Add takes the next step and gives its number, from 1, and its hash.
func (c *Chain) Add(s Step) (int, Hash) {
	c.n++
	var head [16]byte
	binary.BigEndian.PutUint64(head[:8], uint64(c.n))
	binary.BigEndian.PutUint64(head[8:], uint64(s.At.UnixMilli()))
	c.hash.Reset()
	c.hash.Write(c.last[:])
	c.hash.Write(head[:])
	c.write(s.From, s.To, s.Evidence, s.By, s.Note)
	if s.Role != "" { // what has none is hashed as it was before there were roles
		c.write("role", s.Role)
	}
	c.hash.Sum(c.last[:0])
	return c.n, c.last
}

// write hashes texts, each behind its length.
func (c *Chain) write(parts ...string) {
	var n [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(n[:], uint32(len(p)))
		c.hash.Write(n[:])
		c.hash.Write([]byte(p))
	}
}
