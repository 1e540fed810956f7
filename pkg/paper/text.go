package paper

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// glyph is one character of a line with the face that draws it.
type glyph struct {
	face    int
	char    rune
	advance float64 // in ems
}

const ellipsis = '…'

// maxText bounds what is looked at of a text: more never fits on paper.
const maxText = 4000

// shape finds the glyphs of a text.
func (p *Paper) shape(bold bool, text string) (line []glyph) {
	cut := false
	if utf8.RuneCountInString(text) > maxText {
		text, cut = string([]rune(text)[:maxText]), true
	}
	for _, r := range compose(text) {
		line = append(line, p.draw(bold, r)...)
	}
	if cut {
		line = append(line, p.draw(bold, ellipsis)...)
	}
	return line
}

// draw is a character's glyph, or those of its code point.
func (p *Paper) draw(bold bool, r rune) []glyph {
	switch {
	case r == '\t' || r == '\n' || r == '\u00a0':
		r = ' '
	case astray(r):
		return p.code(bold, r)
	}
	sans := 0
	if bold {
		sans = 1
	}
	for _, i := range []int{sans, 2} {
		if advance, ok := p.faces[i].has(r); ok {
			return []glyph{{i, r, advance}}
		}
	}
	return p.code(bold, r)
}

func (p *Paper) code(bold bool, r rune) (line []glyph) {
	p.Undrawn = true
	for _, c := range fmt.Sprintf("[U+%04X]", r) {
		line = append(line, p.draw(bold, c)...)
	}
	return line
}

// astray are characters that a glyph alone would show wrongly, or not at all: marks that sit on others, joining letters, those that
// run from right to left, and what is invisible and may turn or hide what is around it.
func astray(r rune) bool {
	return r < ' ' || r > 0xffff || !unicode.IsGraphic(r) || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc, unicode.Arabic, unicode.Hebrew,
		unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Tamil, unicode.Thai, unicode.Variation_Selector)
}

// compose puts letter and mark together where the pair has a character of its own: what some systems send as two is one.
func compose(text string) []rune {
	var out []rune
	for _, r := range text {
		if n := len(out); n > 0 && r >= 0x300 && r <= 0x327 {
			if one, ok := composed(out[n-1], r); ok {
				out[n-1] = one
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// composed are the letters of Spanish, Portuguese and their neighbours.
func composed(letter, mark rune) (rune, bool) {
	var from, to string
	switch mark {
	case 0x300:
		from, to = "AEIOUaeiou", "ÀÈÌÒÙàèìòù"
	case 0x301:
		from, to = "AEIOUYaeiouyCcLlNnRrSsZz", "ÁÉÍÓÚÝáéíóúýĆćĹĺŃńŔŕŚśŹź"
	case 0x302:
		from, to = "AEIOUaeiou", "ÂÊÎÔÛâêîôû"
	case 0x303:
		from, to = "ANOIUanoiu", "ÃÑÕĨŨãñõĩũ"
	case 0x308:
		from, to = "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"
	case 0x30a:
		from, to = "AUau", "ÅŮåů"
	case 0x30c:
		from, to = "CDENRSTZcenrsz", "ČĎĚŇŘŠŤŽčěňřšž"
	case 0x327:
		from, to = "CSTcst", "ÇŞŢçşţ"
	}
	if i := strings.IndexRune(from, letter); i >= 0 {
		return []rune(to)[i], true // the letters of from are one byte each
	}
	return 0, false
}

// wrap breaks a text into lines of at most so many points: at spaces, beside Chinese characters, else where it must.
func (p *Paper) wrap(s Style, text string, points float64) (lines [][]glyph) {
	all, ems := p.shape(s.Bold, text), points/s.Size
	for len(all) > 0 {
		if s.Max > 0 && len(lines) == s.Max-1 {
			return append(lines, p.fit(s, all, ems))
		}
		n := breakAt(all, ems)
		lines = append(lines, trim(all[:n]))
		if all = all[n:]; len(all) > 0 && all[0].char == ' ' {
			all = all[1:]
		}
	}
	return lines
}

// breakAt is how many glyphs the next line takes.
func breakAt(all []glyph, ems float64) int {
	sum, last := 0.0, 0
	for i, g := range all {
		if sum += g.advance; sum > ems {
			if last > 0 {
				return last
			}
			return max(i, 1)
		}
		wide := unicode.Is(unicode.Han, g.char)
		if g.char == ' ' || wide && (i+1 == len(all) || !closes(all[i+1].char)) {
			last = i + 1
		}
	}
	return len(all)
}

// closes are signs that do not begin a line.
func closes(r rune) bool { return strings.ContainsRune("，。：；、？！）》」…,.;:)!?", r) }

func trim(line []glyph) []glyph {
	for len(line) > 0 && line[len(line)-1].char == ' ' {
		line = line[:len(line)-1]
	}
	return line
}

// fit is the last line there may be: if not all fits, it ends in an ellipsis.
func (p *Paper) fit(s Style, all []glyph, ems float64) []glyph {
	sum := 0.0
	for _, g := range all {
		sum += g.advance
	}
	if sum <= ems {
		return all
	}
	dots := p.draw(s.Bold, ellipsis)
	sum = dots[0].advance
	for i, g := range all {
		if sum += g.advance; sum > ems {
			return append(trim(all[:i:i]), dots...)
		}
	}
	return all
}
