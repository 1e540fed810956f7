package paper

import (
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// source is where a face's glyphs come from.
type source interface {
	// has is how wide a character is, in ems; false if the source cannot draw it.
	has(r rune) (float64, bool)
	// outlines are the glyphs of these characters as TrueType has them, in its order; glyphs they are made of may follow.
	outlines(chars []rune) (glyphs []outline, units metrics)
}

// outline is one glyph: an entry of the glyf table, and how far it moves on.
type outline struct {
	data    []byte
	advance int // font units
}

// metrics of a face, in font units; the tables are those that glyphs' instructions need.
type metrics struct {
	em, ascent, descent int
	tables              map[string][]byte
}

// face is a source with the characters that a document uses of it. Its glyph ids are the order of their first use.
type face struct {
	source
	name  string
	ids   map[rune]int
	chars []rune
}

func newFaces() []*face {
	return []*face{
		{source: parse(goregular.TTF), name: "GoRegular", ids: map[rune]int{}},
		{source: parse(gobold.TTF), name: "GoBold", ids: map[rune]int{}},
		{source: pixels{}, name: "VueltoBitmap", ids: map[rune]int{}},
	}
}

// use gives a character's glyph id in the document's own font; 0 is the glyph of nothing.
func (f *face) use(g glyph) int {
	id, ok := f.ids[g.char]
	if !ok {
		f.chars = append(f.chars, g.char)
		id = len(f.chars)
		f.ids[g.char] = id
	}
	return id
}

// Undrawable lists the characters of a text for which there is no glyph, each once: they will be written as code points.
func Undrawable(text string) (list []rune) {
	p := Paper{faces: newFaces()}
	seen := map[rune]bool{}
	for _, r := range compose(text) {
		p.Undrawn = false
		p.draw(false, r)
		if p.Undrawn && !seen[r] {
			seen[r] = true
			list = append(list, r)
		}
	}
	return list
}
