//go:build dotsfile

package paper

import (
	"os"
	"path/filepath"
	"sync"
)

// DotsFile is the name of the table of dots, beside the running program.
const DotsFile = "dots.bin"

// table is opened when the first character is not of Go Sans. Without it nothing is drawn at all: boxes would be noticed by nobody.
var table = sync.OnceValue(func() *os.File {
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	f, err := os.Open(filepath.Join(filepath.Dir(program), DotsFile))
	if err != nil {
		panic(err)
	}
	return f
})

// dotsOf is a character's bitmap, from the table.
func dotsOf(r rune) dots {
	d, err := readDots(table(), r)
	if err != nil {
		panic(err)
	}
	return d
}
