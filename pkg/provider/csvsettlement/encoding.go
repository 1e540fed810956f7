package csvsettlement

import (
	"io"
	"unicode/utf8"
)

// Encoding of a report's text.
type Encoding string

const (
	UTF8        Encoding = "" // with or without byte order mark
	Latin1      Encoding = "latin-1"
	Windows1252 Encoding = "windows-1252"
)

// reader gives the text as UTF-8.
func (e Encoding) reader(in io.Reader) io.Reader {
	if e == UTF8 {
		return in
	}
	return &decoder{in: in, runeOf: e.rune}
}

// rune is the character of a byte.
func (e Encoding) rune(b byte) rune {
	if e == Windows1252 && b >= 0x80 && b <= 0x9f {
		// Five places are empty in the code page; a file that uses them is in another encoding.
		return [32]rune{'€', utf8.RuneError, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', utf8.RuneError, 'Ž', utf8.RuneError,
			utf8.RuneError, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', utf8.RuneError, 'ž', 'Ÿ'}[b-0x80]
	}
	return rune(b)
}

// decoder turns each byte into one character.
type decoder struct {
	in     io.Reader
	runeOf func(byte) rune
	raw    [4 << 10]byte
	ready  []byte
	err    error
}

// Read is io.Reader.
func (d *decoder) Read(p []byte) (int, error) {
	for len(d.ready) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		var n int
		n, d.err = d.in.Read(d.raw[:])
		d.ready = d.ready[:0]
		for _, b := range d.raw[:n] {
			d.ready = utf8.AppendRune(d.ready, d.runeOf(b))
		}
	}
	n := copy(p, d.ready)
	d.ready = d.ready[n:]
	return n, nil
}
