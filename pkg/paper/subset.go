package paper

import (
	"encoding/binary"
	"maps"
	"slices"
)

// subset is a face's used glyphs as a TrueType font of its own, for embedding: glyph ids are those of face.use.
func (f *face) subset() (font []byte, advances []int, m metrics) {
	glyphs, m := f.outlines(f.chars)
	var glyfs, loca, hmtx []byte
	widest := 0
	for _, g := range glyphs {
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyfs)))
		glyfs = append(glyfs, g.data...)
		for len(glyfs)%4 != 0 {
			glyfs = append(glyfs, 0)
		}
		left := 0
		if len(g.data) > 0 {
			left = i16(g.data, 2)
		}
		hmtx = words(hmtx, g.advance, left)
		advances = append(advances, g.advance)
		widest = max(widest, g.advance)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyfs)))
	maxp := slices.Clone(m.tables["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], uint16(len(glyphs)))
	tables := map[string][]byte{"glyf": glyfs, "loca": loca, "hmtx": hmtx, "maxp": maxp, "head": head(m), "hhea": hhea(m, widest, len(glyphs))}
	for _, name := range []string{"cvt ", "fpgm", "prep"} {
		if t := m.tables[name]; t != nil {
			tables[name] = t
		}
	}
	return assemble(tables), advances, m
}

func head(m metrics) []byte {
	h := make([]byte, 54)
	binary.BigEndian.PutUint32(h, 0x00010000)
	binary.BigEndian.PutUint32(h[12:], 0x5f0f3cf5) // magic number
	binary.BigEndian.PutUint16(h[18:], uint16(m.em))
	binary.BigEndian.PutUint16(h[38:], uint16(int16(m.descent))) // bounds: as wide as an em, at least
	binary.BigEndian.PutUint16(h[40:], uint16(m.em))
	binary.BigEndian.PutUint16(h[42:], uint16(m.ascent))
	binary.BigEndian.PutUint16(h[46:], 8) // smallest readable size
	binary.BigEndian.PutUint16(h[48:], 2)
	binary.BigEndian.PutUint16(h[50:], 1) // loca in 32 bits
	return h
}

func hhea(m metrics, widest, glyphs int) []byte {
	h := make([]byte, 36)
	binary.BigEndian.PutUint32(h, 0x00010000)
	binary.BigEndian.PutUint16(h[4:], uint16(m.ascent))
	binary.BigEndian.PutUint16(h[6:], uint16(int16(m.descent)))
	binary.BigEndian.PutUint16(h[10:], uint16(widest))
	binary.BigEndian.PutUint16(h[18:], 1) // an upright caret
	binary.BigEndian.PutUint16(h[34:], uint16(glyphs))
	return h
}

// assemble puts tables into a font file, in the order of their names.
func assemble(tables map[string][]byte) []byte {
	names := slices.Sorted(maps.Keys(tables))
	power, log := 1, 0
	for 2*power <= len(names) {
		power, log = 2*power, log+1
	}
	out := binary.BigEndian.AppendUint32(nil, 0x00010000)
	out = words(out, len(names), 16*power, log, 16*(len(names)-power))
	at := len(out) + 16*len(names)
	var bodies []byte
	for _, name := range names {
		t := tables[name]
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, checksum(t))
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(bodies)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(t)))
		bodies = append(bodies, t...)
		for len(bodies)%4 != 0 {
			bodies = append(bodies, 0)
		}
	}
	return append(out, bodies...)
}

func checksum(table []byte) (sum uint32) {
	for i := 0; i < len(table); i += 4 {
		var word [4]byte
		copy(word[:], table[i:])
		sum += binary.BigEndian.Uint32(word[:])
	}
	return sum
}
