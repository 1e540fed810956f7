package paper

import "io"

// A table of dots is what the bitmap face is, laid out for reading one character at a time: for each character up to U+FFFF its width
// in dots (0 = there is no glyph), then sixteen rows of twelve dots, the leftmost in the highest bit.
const (
	rows     = 16
	entry    = 1 + rows*dotsInEm/8
	universe = 0x10000
)

// dots is one character's bitmap.
type dots struct {
	wide int // 0 = there is no glyph
	bits [rows * dotsInEm / 8]byte
}

// at says whether a dot is lit; those outside are not.
func (d dots) at(x, y int) bool {
	if x < 0 || y < 0 || x >= d.wide || y >= rows {
		return false
	}
	i := y*dotsInEm + x
	return d.bits[i/8]>>(7-i%8)&1 != 0
}

// read takes a character's dots from a table. Error: the table is cut short, or was no such table.
func readDots(table io.ReaderAt, r rune) (d dots, err error) {
	var raw [entry]byte
	if r < 0 || r >= universe {
		return d, nil
	}
	if _, err = table.ReadAt(raw[:], int64(r)*entry); err != nil {
		return d, err
	}
	d.wide = int(raw[0])
	copy(d.bits[:], raw[1:])
	return d, nil
}

// WriteDots writes the table of the bitmap face: it lies beside the functions that draw, which would be too large with it inside.
func WriteDots(w io.Writer) error {
	for r := range rune(universe) {
		d := dotsOf(r)
		if _, err := w.Write(append([]byte{byte(d.wide)}, d.bits[:]...)); err != nil {
			return err
		}
	}
	return nil
}
