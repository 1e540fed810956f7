package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// pair of files that differ in about one row of a hundred, in shuffled order.
type pair struct{ books, rows string }

func pairOf(dir string, n int) pair {
	return pair{filepath.Join(dir, fmt.Sprintf("books-%d.csv", n)), filepath.Join(dir, fmt.Sprintf("rows-%d.csv", n))}
}

// generate writes n entries and about n rows. The same seed makes the same files.
func generate(p pair, n int, sorted bool) error {
	random := rand.New(rand.NewPCG(uint64(n), 7))
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	shuffle := func() {
		if !sorted {
			random.Shuffle(n, func(a, b int) { order[a], order[b] = order[b], order[a] })
		}
	}
	shuffle()
	err := writeLines(p.books, "id,kind,reference,transaction_id,amount,fee,tax,currency,status,occurred_at\n", func(w io.Writer) {
		for _, i := range order {
			m := movementOf(i)
			fmt.Fprintf(w, "pay_%020d,payment,%s,%s,%s,%s,%s,PEN,paid,%s-05:00\n", i, m.reference, m.transaction,
				decimal(m.amount), decimal(m.fee), decimal(m.tax), m.at.Format("2006-01-02T15:04:05"))
		}
	})
	if err != nil {
		return err
	}
	shuffle()
	return writeLines(p.rows, "Transaction ID,Reference Code,Type,Amount,Fee,Tax,Net Amount,Currency,Date,Status\n", func(w io.Writer) {
		for _, i := range order {
			m := movementOf(i)
			if !m.differ() {
				continue
			}
			fmt.Fprintf(w, "%s,%s,PAYMENT,%s,%s,%s,%s,PEN,%s,SETTLED\n", m.transaction, m.reference, decimal(m.amount), decimal(m.fee),
				decimal(m.tax), decimal(m.amount-m.fee-m.tax), m.at.Format(time.DateTime))
		}
	})
}

func writeLines(path, header string, lines func(w io.Writer)) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	if _, err := w.WriteString(header); err != nil {
		return err
	}
	lines(w)
	if err := w.Flush(); err != nil {
		return err
	}
	return file.Close()
}

// movement is the i-th payment.
type movement struct {
	i                      int
	reference, transaction string
	amount, fee, tax       int64
	at                     time.Time
}

func movementOf(i int) movement {
	amount := int64(500 + (i*7919)%4_000_00)
	fee := amount*35/1000 + 30
	return movement{i: i, reference: fmt.Sprintf("%012d", 100_000_000_000+i*37), transaction: fmt.Sprintf("PE%012x", i*2654435761),
		amount: amount, fee: fee, tax: (fee*18 + 50) / 100,
		at: time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC).Add(time.Duration(i*31%86400) * time.Second)}
}

// differ changes about one movement of a hundred, and says whether there is a row for it at all.
func (m *movement) differ() bool {
	switch m.i % 1000 {
	case 101, 102:
		return false
	case 203, 204:
		m.amount -= 250
	case 305, 306:
		m.fee += 11
	case 407:
		m.transaction += "x"
	case 508:
		m.at = m.at.AddDate(0, 0, 1)
	case 609:
		m.reference, m.transaction = m.reference+"9", m.transaction+"y"
	case 710:
		m.amount *= 100
	}
	return true
}

func decimal(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
