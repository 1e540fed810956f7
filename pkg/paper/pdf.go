package paper

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"unicode/utf16"
)

// file is a PDF in the making: https://www.iso.org/standard/51502.html (ISO 32000-1), section 7.5.
type file struct {
	bytes.Buffer
	at []int // where each object begins
}

// object writes the next object, whose number must have been foreseen.
func (f *file) object(format string, args ...any) {
	f.at = append(f.at, f.Len())
	fmt.Fprintf(f, "%d 0 obj\n", len(f.at))
	fmt.Fprintf(f, format, args...)
	f.WriteString("\nendobj\n")
}

func (f *file) stream(dict string, body []byte) {
	f.at = append(f.at, f.Len())
	fmt.Fprintf(f, "%d 0 obj\n<<%s/Length %d>>\nstream\n", len(f.at), dict, len(body))
	f.Write(body)
	f.WriteString("\nendstream\nendobj\n")
}

// Objects: 1 catalogue, 2 pages, 3 information, then five for each face that is used, then two for each page.
const firstFont, perFont = 4, 5

// Bytes is the document.
func (p *Paper) Bytes() []byte {
	f := &file{}
	f.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var fonts strings.Builder
	used := 0
	for i, face := range p.faces {
		if len(face.chars) > 0 {
			fmt.Fprintf(&fonts, "/F%d %d 0 R ", i, firstFont+perFont*used)
			used++
		}
	}
	firstPage := firstFont + perFont*used
	f.object("<</Type/Catalog/Pages 2 0 R/Lang%s/ViewerPreferences<</DisplayDocTitle true>>>>", literal(p.meta.Language))
	var kids strings.Builder
	for i := range p.pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+2*i)
	}
	f.object("<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 %.2f %.2f]/Resources<</Font<<%s>>>>>>", len(p.pages), kids.String(), width, height, fonts.String())
	at := p.meta.At.UTC().Format("D:20060102150405Z")
	f.object("<</Title%s/Author%s/Producer(Vuelto)/CreationDate(%s)/ModDate(%s)>>", literal(p.meta.Title), literal(p.meta.Author), at, at)
	for _, face := range p.faces {
		if len(face.chars) > 0 {
			f.font(face)
		}
	}
	for i, page := range p.pages {
		f.object("<</Type/Page/Parent 2 0 R/Contents %d 0 R>>", firstPage+2*i+1)
		f.stream("", []byte(page.String()))
	}
	id := sha256.Sum256(f.Bytes())
	start := f.Len()
	fmt.Fprintf(f, "xref\n0 %d\n0000000000 65535 f \n", len(f.at)+1)
	for _, at := range f.at {
		fmt.Fprintf(f, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(f, "trailer\n<</Size %d/Root 1 0 R/Info 3 0 R/ID[<%X><%X>]>>\nstartxref\n%d\n%%%%EOF\n", len(f.at)+1, id[:16], id[:16], start)
	return f.Bytes()
}

// font writes a face's five objects: the font as text uses it, its glyphs' widths, its description, its file, and which
// characters its glyphs are, for those who copy or read aloud.
func (f *file) font(face *face) {
	font, advances, m := face.subset()
	n, name := len(f.at)+1, tag(face.chars)+"+"+face.name
	f.object("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, n+1, n+4)
	var widths strings.Builder
	for _, a := range advances {
		fmt.Fprintf(&widths, "%d ", (a*1000+m.em/2)/m.em)
	}
	f.object("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/W[0[%s]]>>",
		name, n+2, widths.String())
	f.object("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[0 %d 1000 %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 700/StemV 80/FontFile2 %d 0 R>>",
		name, m.descent*1000/m.em, m.ascent*1000/m.em, m.ascent*1000/m.em, m.descent*1000/m.em, n+3)
	f.stream(fmt.Sprintf("/Length1 %d", len(font)), font)
	f.stream("", toUnicode(face.chars))
}

// tag is the six letters by which two subsets of one font are told apart.
func tag(chars []rune) string {
	sum := sha256.Sum256([]byte(string(chars)))
	letters := make([]byte, 6)
	for i := range letters {
		letters[i] = 'A' + sum[i]%26
	}
	return string(letters)
}

func toUnicode(chars []rune) []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def" +
		"/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 begincodespacerange<0000><FFFF>endcodespacerange\n")
	const atOnce = 100 // entries, by the specification
	for from := 0; from < len(chars); from += atOnce {
		part := chars[from:min(from+atOnce, len(chars))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, r := range part {
			fmt.Fprintf(&b, "<%s><%s>\n", hex16(from+i+1), hex16(int(r)))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict/CMap defineresource pop end end")
	return b.Bytes()
}

// literal is a text string of PDF: UTF-16 in hexadecimal, so that nothing in it can be syntax.
func literal(text string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(text)) {
		b.WriteString(hex16(int(unit)))
	}
	b.WriteString(">")
	return b.String()
}
