package paper

import (
	"encoding/binary"
	"slices"
)

// truetype reads as much of a TrueType font as a subset of it takes: https://learn.microsoft.com/typography/opentype/spec/otff
// (tables cmap format 4, glyf, head, hhea, hmtx, loca, maxp). The fonts are our own dependencies', not a stranger's: a broken one is
// a panic in every test.
type truetype struct {
	tables map[string][]byte
	long   bool // loca in 32 bits
	em     int
	wide   int // entries of hmtx
}

func u16(b []byte, at int) int { return int(binary.BigEndian.Uint16(b[at:])) }
func i16(b []byte, at int) int { return int(int16(binary.BigEndian.Uint16(b[at:]))) }
func u32(b []byte, at int) int { return int(binary.BigEndian.Uint32(b[at:])) }

func parse(font []byte) *truetype {
	f := &truetype{tables: map[string][]byte{}}
	for i := range u16(font, 4) {
		entry := font[12+16*i:]
		from := u32(entry, 8)
		f.tables[string(entry[:4])] = font[from : from+u32(entry, 12)]
	}
	f.em, f.long = u16(f.tables["head"], 18), u16(f.tables["head"], 50) == 1
	f.wide = u16(f.tables["hhea"], 34)
	return f
}

// index is the glyph of a character; 0 = none.
func (f *truetype) index(r rune) int {
	cmap := f.tables["cmap"]
	for i := range u16(cmap, 2) {
		table := cmap[u32(cmap, 4+8*i+4):]
		if u16(table, 0) != 4 {
			continue
		}
		n := u16(table, 6) // twice the number of segments
		for s := 0; s < n; s += 2 {
			if last := u16(table, 14+s); int(r) > last {
				continue
			}
			first, delta, at := u16(table, 16+n+s), u16(table, 16+2*n+s), 16+3*n+s
			if int(r) < first {
				return 0
			}
			offset := u16(table, at)
			if offset == 0 {
				return (int(r) + delta) & 0xffff
			}
			if id := u16(table, at+offset+2*(int(r)-first)); id != 0 {
				return (id + delta) & 0xffff
			}
			return 0
		}
		return 0
	}
	return 0
}

func (f *truetype) advance(id int) int { return u16(f.tables["hmtx"], 4*min(id, f.wide-1)) }

func (f *truetype) has(r rune) (float64, bool) {
	id := f.index(r)
	return float64(f.advance(id)) / float64(f.em), id != 0
}

func (f *truetype) data(id int) []byte {
	loca, glyf := f.tables["loca"], f.tables["glyf"]
	if f.long {
		return glyf[u32(loca, 4*id):u32(loca, 4*id+4)]
	}
	return glyf[2*u16(loca, 2*id) : 2*u16(loca, 2*id+2)]
}

// outlines copies glyphs, and those that they are composed of, behind them and under new ids.
func (f *truetype) outlines(chars []rune) (glyphs []outline, units metrics) {
	old := []int{0}
	for _, r := range chars {
		old = append(old, f.index(r))
	}
	for i := 0; i < len(old); i++ {
		data := slices.Clone(f.data(old[i]))
		for _, at := range components(data) {
			part := u16(data, at)
			id := slices.Index(old, part)
			if id < 0 {
				id, old = len(old), append(old, part)
			}
			binary.BigEndian.PutUint16(data[at:], uint16(id))
		}
		glyphs = append(glyphs, outline{data, f.advance(old[i])})
	}
	units = metrics{em: f.em, ascent: i16(f.tables["hhea"], 4), descent: i16(f.tables["hhea"], 6), tables: map[string][]byte{}}
	for _, name := range []string{"cvt ", "fpgm", "prep", "maxp"} {
		if t := f.tables[name]; t != nil {
			units.tables[name] = t
		}
	}
	return glyphs, units
}

// components are where a composed glyph names its parts.
func components(data []byte) (at []int) {
	const wordArgs, scale, more, twoScales, matrix = 1, 8, 0x20, 0x40, 0x80
	if len(data) == 0 || i16(data, 0) >= 0 {
		return nil
	}
	for i := 10; ; {
		flags := u16(data, i)
		at = append(at, i+2)
		i += 6
		if flags&wordArgs != 0 {
			i += 2
		}
		switch {
		case flags&scale != 0:
			i += 2
		case flags&twoScales != 0:
			i += 4
		case flags&matrix != 0:
			i += 8
		}
		if flags&more == 0 {
			return at
		}
	}
}
