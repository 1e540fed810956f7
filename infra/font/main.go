// Command font writes the table of dots that lies beside functions which draw on paper.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"github.com/vuelto/vuelto/pkg/paper"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write() error {
	if len(os.Args) != 2 {
		return errors.New("usage: font FILE")
	}
	f, err := os.Create(os.Args[1])
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	return errors.Join(paper.WriteDots(w), w.Flush(), f.Close())
}
