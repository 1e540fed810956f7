//go:build !dotsfile

package paper

import (
	"github.com/hajimehoshi/bitmapfont/v3"
	"golang.org/x/image/math/fixed"
)

// dotsOf is a character's bitmap, from the face itself.
func dotsOf(r rune) (d dots) {
	bounds, mask, from, _, ok := bitmapfont.FaceSC.Glyph(fixed.Point26_6{}, r)
	if !ok {
		return d
	}
	lit := r == ideographic
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			if _, _, _, alpha := mask.At(from.X+x, from.Y+y).RGBA(); alpha != 0 {
				i := y*dotsInEm + x
				d.bits[i/8] |= 1 << (7 - i%8)
				lit = true
			}
		}
	}
	if lit {
		d.wide = bounds.Dx()
	}
	return d
}
