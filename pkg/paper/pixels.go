package paper

import "encoding/binary"

// pixels is a bitmap face of 12 by 16 dots whose lit dots become outlines: what a receipt printer would print.
type pixels struct{}

// Font units of one dot, and of the face: twelve dots are an em, twelve of the sixteen rows are above the baseline.
const (
	dot         = 100
	dotsInEm    = 12
	rowsBelow   = 4
	ideographic = '\u3000' // the space of Chinese text, the one sign that is rightly blank
)

func (pixels) has(r rune) (float64, bool) {
	d := dotsOf(r)
	return float64(d.wide) / dotsInEm, d.wide > 0
}

func (pixels) outlines(chars []rune) (glyphs []outline, units metrics) {
	glyphs = []outline{{nil, dot * dotsInEm}}
	points, contours := 0, 0
	for _, r := range chars {
		d := dotsOf(r)
		boxes := boxesOf(d)
		points, contours = max(points, 4*len(boxes)), max(contours, len(boxes))
		glyphs = append(glyphs, outline{glyf(boxes), d.wide * dot})
	}
	maxp := make([]byte, 32)
	binary.BigEndian.PutUint32(maxp, 0x00010000)
	binary.BigEndian.PutUint16(maxp[6:], uint16(points))
	binary.BigEndian.PutUint16(maxp[8:], uint16(contours))
	binary.BigEndian.PutUint16(maxp[14:], 1) // maxZones
	return glyphs, metrics{em: dot * dotsInEm, ascent: dot * dotsInEm, descent: -dot * rowsBelow, tables: map[string][]byte{"maxp": maxp}}
}

// boxesOf covers the lit dots with boxes in font units: runs of a row, joined with the same run of the rows below.
func boxesOf(d dots) (boxes []box) {
	var done [rows][dotsInEm]bool
	for y := range rows {
		for x := 0; x < d.wide; x++ {
			if !d.at(x, y) || done[y][x] {
				continue
			}
			right, bottom := x, y+1
			for d.at(right, y) && !done[y][right] {
				right++
			}
			for d.run(x, right, bottom) {
				bottom++
			}
			for j := y; j < bottom; j++ {
				for i := x; i < right; i++ {
					done[j][i] = true
				}
			}
			boxes = append(boxes, box{x * dot, (dotsInEm - bottom) * dot, right * dot, (dotsInEm - y) * dot})
		}
	}
	return boxes
}

// run says that a row's dots from x on are lit up to right, and not beyond.
func (d dots) run(x, right, y int) bool {
	for i := x; i < right; i++ {
		if !d.at(i, y) {
			return false
		}
	}
	return !d.at(x-1, y) && !d.at(right, y)
}

// box is a rectangle in font units.
type box struct{ left, bottom, right, top int }

// glyf makes a glyph of boxes, each a contour that runs clockwise.
func glyf(boxes []box) []byte {
	if len(boxes) == 0 {
		return nil
	}
	all := boxes[0]
	for _, b := range boxes {
		all = box{min(all.left, b.left), min(all.bottom, b.bottom), max(all.right, b.right), max(all.top, b.top)}
	}
	out := words(nil, len(boxes), all.left, all.bottom, all.right, all.top)
	for i := range boxes {
		out = words(out, 4*i+3)
	}
	out = words(out, 0) // no instructions
	for range 4 * len(boxes) {
		out = append(out, 1) // on the curve, both coordinates as words
	}
	for _, across := range []bool{true, false} {
		last := 0
		for _, b := range boxes {
			corners := []int{b.bottom, b.top, b.top, b.bottom}
			if across {
				corners = []int{b.left, b.left, b.right, b.right}
			}
			for _, v := range corners {
				out, last = words(out, v-last), v
			}
		}
	}
	for len(out)%4 != 0 {
		out = append(out, 0)
	}
	return out
}

func words(out []byte, values ...int) []byte {
	for _, v := range values {
		out = binary.BigEndian.AppendUint16(out, uint16(int16(v)))
	}
	return out
}
