// Package paper draws plain A4 pages as PDF: headings, labelled rows, paragraphs. The same content is the same bytes, on every
// machine and with every release of the compiler: nothing is compressed, dated by the clock or ordered by chance.
//
// Each character is drawn in the first face that has it: Go Sans for what is written in Latin, Greek and Cyrillic letters, a
// bitmap face for Chinese and most of the rest. What no face has, and what would be drawn wrongly (letters that join or run from
// right to left), is written as its code point, [U+1F600]: visible, and the same for everybody. Undrawn says that this happened.
package paper

import (
	"strconv"
	"strings"
	"time"
)

// Meta is what a document says of itself. The instant is the document's own, not the clock's.
type Meta struct {
	Title, Author, Language string
	At                      time.Time
}

// Paper is a document in the making.
type Paper struct {
	meta    Meta
	faces   []*face // Go Regular, Go Bold, bitmap: in the order of the objects
	pages   []*strings.Builder
	y       float64 // of the next line's top, in points from the page's bottom
	Undrawn bool    // a character was written as its code point
}

// A4 in points, and what is left free on every side.
const (
	width, height = 595.28, 841.89
	margin        = 56.0
	leading       = 1.45 // line height by type size
)

// New begins a document with an empty page.
func New(m Meta) *Paper {
	p := &Paper{meta: m, faces: newFaces()}
	p.turn()
	return p
}

func (p *Paper) turn() {
	p.pages = append(p.pages, &strings.Builder{})
	p.y = height - margin
}

// room begins a new page if h points do not fit any more.
func (p *Paper) room(h float64) {
	if p.y-h < margin {
		p.turn()
	}
}

// Space leaves some points free.
func (p *Paper) Space(points float64) { p.y -= points }

// Rule draws a thin line over the page.
func (p *Paper) Rule() {
	p.room(8)
	p.y -= 4
	p.put("0.75 G 0.6 w ", coordinate(margin), " ", coordinate(p.y), " m ", coordinate(width-margin), " ", coordinate(p.y), " l S\n")
	p.y -= 4
}

// Style of a paragraph.
type Style struct {
	Size float64 // points
	Bold bool
	Grey bool
	Max  int // lines; what goes beyond ends in an ellipsis; 0 = all
}

// Text draws a paragraph over the whole width.
func (p *Paper) Text(s Style, text string) {
	for _, line := range p.wrap(s, text, width-2*margin) {
		p.room(s.Size * leading)
		p.y -= s.Size * leading
		p.line(s, margin, line)
	}
}

// Row draws a label with its value beside it; a value longer than max lines ends in an ellipsis.
func (p *Paper) Row(label, value string, max int) {
	const column, size, gap = 165.0, 9.5, 4.0
	grey, black := Style{Size: size, Grey: true, Max: 3}, Style{Size: size, Max: max}
	left, right := p.wrap(grey, label, column-8), p.wrap(black, value, width-2*margin-column)
	lines := float64(len(left))
	if n := float64(len(right)); n > lines {
		lines = n
	}
	p.room(lines*size*leading + gap)
	for i := range int(lines) {
		p.y -= size * leading
		if i < len(left) {
			p.line(grey, margin, left[i])
		}
		if i < len(right) {
			p.line(black, margin+column, right[i])
		}
	}
	p.y -= gap
}

// line draws one line of glyphs with its baseline a little above p.y.
func (p *Paper) line(s Style, x float64, glyphs []glyph) {
	ink := "0 g "
	if s.Grey {
		ink = "0.25 g "
	}
	p.put("BT ", ink, coordinate(x), " ", coordinate(p.y+s.Size*0.3), " Td ")
	for i := 0; i < len(glyphs); {
		j := i
		p.put("/F", strconv.Itoa(glyphs[i].face), " ", coordinate(s.Size), " Tf <")
		for ; j < len(glyphs) && glyphs[j].face == glyphs[i].face; j++ {
			p.put(hex16(p.faces[glyphs[j].face].use(glyphs[j])))
		}
		p.put("> Tj ")
		i = j
	}
	p.put("ET\n")
}

func (p *Paper) put(parts ...string) {
	for _, s := range parts {
		p.pages[len(p.pages)-1].WriteString(s)
	}
}

// coordinate is a number as PDF wants it, to a hundredth of a point.
func coordinate(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

func hex16(v int) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[v>>12&15], digits[v>>8&15], digits[v>>4&15], digits[v&15]})
}
