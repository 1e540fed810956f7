// Package audit makes tampering show. The journal of each record is a hash chain: every step's hash is made of the one
// before and of all the step says, so that nothing in the middle can be changed, left out, put in or moved without changing
// every hash after it. What happened in a day has one Merkle root, kept where nobody can write over it, so that no chain
// can be cut short or rewritten as a whole.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
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
	text []byte // what the next hash is made of; its room is used again
}

// Begin starts the chain of one record. Each has a beginning of its own: a whole journal cannot pass for another's.
func Begin(tenant, subject string) *Chain {
	c := &Chain{text: make([]byte, 0, 256)} // room for most steps
	c.write("vuelto journal 1", tenant, subject)
	c.last = sha256.Sum256(c.text)
	return c
}

// Resume goes on after the n-th step, whose hash is known.
func Resume(last Hash, n int) *Chain { return &Chain{last: last, n: n} }

// Last is the hash after the last step; of no step, the record's own beginning.
func (c *Chain) Last() Hash { return c.last }

// Add takes the next step and gives its number, from 1, and its hash.
func (c *Chain) Add(s Step) (int, Hash) {
	c.n++
	c.text = append(c.text[:0], c.last[:]...)
	c.text = binary.BigEndian.AppendUint64(c.text, uint64(c.n))
	c.text = binary.BigEndian.AppendUint64(c.text, uint64(s.At.UnixMilli()))
	c.write(s.From, s.To, s.Evidence, s.By, s.Note)
	if s.Role != "" { // what has none is hashed as it was before there were roles
		c.write("role", s.Role)
	}
	c.last = sha256.Sum256(c.text)
	return c.n, c.last
}

// write adds texts to what is hashed, each behind its length.
func (c *Chain) write(parts ...string) {
	for _, p := range parts {
		c.text = binary.BigEndian.AppendUint32(c.text, uint32(len(p)))
		c.text = append(c.text, p...)
	}
}
