package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func document(texts ...string) *Paper {
	p := New(Meta{Title: "T 题", Author: "A", Language: "es", At: time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)})
	for _, text := range texts {
		p.Text(Style{Size: 10}, text)
		p.Text(Style{Size: 14, Bold: true}, text)
		p.Row(text, text, 2)
	}
	return p
}

// TestTheSameContentIsTheSameBytes, and other content is not.
func TestTheSameContentIsTheSameBytes(t *testing.T) {
	const text = "Ñandú 王小明 €1.234,50 한국"
	first := document(text).Bytes()
	for range 3 {
		if !bytes.Equal(first, document(text).Bytes()) {
			t.Fatal("it differs")
		}
	}
	if bytes.Equal(first, document(text+".").Bytes()) || !bytes.HasPrefix(first, []byte("%PDF-1.7\n")) {
		t.Error("another text is the same bytes")
	}
}

// glyphs that are drawn: not the glyph of nothing, with an outline unless they are a space.
func TestEveryGlyphThatIsUsedHasAnOutline(t *testing.T) {
	p := document("Efectivo: ñ á é í ó ú ü ¿¡ € “” — ‘ 1.234,50 Łódź Ελλάδα Кирилл 退款回执：金额、收款人。《退》（对账）ひらがな 한국어 …")
	if p.Undrawn {
		t.Fatal("a character has no glyph")
	}
	used := 0
	for _, f := range p.faces {
		outlines, _ := f.outlines(f.chars)
		for i, r := range f.chars {
			g := outlines[f.ids[r]]
			blank := r == ' ' || r == ideographic
			if f.ids[r] != i+1 || (len(g.data) == 0) != blank || g.advance <= 0 {
				t.Errorf("%s: %q has glyph %d with %d bytes, %d wide", f.name, r, f.ids[r], len(g.data), g.advance)
			}
			used++
		}
	}
	if used < 60 {
		t.Errorf("%d glyphs", used)
	}
}

// TestChineseIsCovered: the 3,755 characters of the first level of GB 2312 are what a person's name or an address is written with;
// here every twentieth of the block, and the surnames.
func TestChineseIsCovered(t *testing.T) {
	for _, r := range "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭" {
		if _, ok := (pixels{}).has(r); !ok {
			t.Errorf("no glyph for %c", r)
		}
	}
	have := 0
	for r := rune(0x4e00); r < 0x9fa6; r++ {
		if _, ok := (pixels{}).has(r); ok {
			have++
		}
	}
	t.Logf("%d of 20902 unified ideographs", have)
	if have < 15000 {
		t.Errorf("%d of 20902 unified ideographs", have)
	}
}

// TestWhatCannotBeDrawnIsSaid: as its code point, in glyphs that exist.
func TestWhatCannotBeDrawnIsSaid(t *testing.T) {
	for text, want := range map[string]string{
		"José 😀":             "José [U+1F600]",
		"\u202eevil":         "[U+202E]evil",
		"a\u0301e\u0301":     "áé",
		"z\u0310":            "z[U+0310]",
		"\x00\x1b":           "[U+0000][U+001B]",
		"a\tb\nc\u00a0d":     "a b c d",
		"שלום":               "[U+05E9][U+05DC][U+05D5][U+05DD]",
		"\ue000\U00020000":   "[U+E000][U+20000]",
		"👨\u200d👩":           "[U+1F468][U+200D][U+1F469]",
		"\ufffd\ufe0f":       "\ufffd[U+FE0F]",
		"王小明\u3000Ñ":         "王小明\u3000Ñ",
		string([]byte{0xff}): "\ufffd",
	} {
		p := New(Meta{})
		var got strings.Builder
		for _, g := range p.shape(false, text) {
			got.WriteRune(g.char)
		}
		if got.String() != want || p.Undrawn != strings.Contains(want, "[U+") {
			t.Errorf("%q: %q, want %q", text, got.String(), want)
		}
	}
	if got := string(Undrawable("a😀b😀c\u202e")); got != "😀\u202e" {
		t.Errorf("%q", got)
	}
}

// TestLongTextsEndInAnEllipsis: ten thousand characters, with and without places to break, take the lines they may.
func TestLongTextsEndInAnEllipsis(t *testing.T) {
	for _, text := range []string{strings.Repeat("x", 10_000), strings.Repeat("María ", 1700), strings.Repeat("王", 10_000),
		"a" + strings.Repeat("\u0310", 10_000), strings.Repeat("😀", 10_000), strings.Repeat(" ", 10_000)} {
		p := New(Meta{})
		lines := p.wrap(Style{Size: 10, Max: 3}, text, 300)
		if len(lines) != 3 && strings.TrimSpace(text) != "" {
			t.Fatalf("%d lines of %.10q", len(lines), text)
		}
		for _, l := range lines {
			sum := 0.0
			for _, g := range l {
				sum += g.advance
			}
			if sum > 30 {
				t.Errorf("a line of %.10q is %.1f ems wide", text, sum)
			}
		}
		if last := lines[len(lines)-1]; strings.TrimSpace(text) != "" && last[len(last)-1].char != ellipsis {
			t.Errorf("%.10q ends in %q", text, last[len(last)-1].char)
		}
		p.Row("x", text, 3)
		if len(p.pages) != 1 {
			t.Errorf("%d pages", len(p.pages))
		}
	}
}

// TestPagesTurn: what does not fit goes on.
func TestPagesTurn(t *testing.T) {
	p := New(Meta{})
	for range 100 {
		p.Row("a", "b", 1)
	}
	if len(p.pages) < 2 || bytes.Count(p.Bytes(), []byte("/Type/Page/")) != len(p.pages) {
		t.Errorf("%d pages", len(p.pages))
	}
}

// FuzzText: no text whatever is a panic or writes outside the page.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a", "😀", "\x00", "王", strings.Repeat("a b", 200), "\u0301", "(\\)<>/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := document(s)
		if !utf8.ValidString(p.pages[0].String()) || strings.ContainsAny(p.pages[0].String(), "()\\") {
			t.Errorf("%q gets into the page's code", s)
		}
		p.Bytes()
	})
}

// TestTheTableIsTheFace: what functions read beside them is what tests draw with.
func TestTheTableIsTheFace(t *testing.T) {
	var b bytes.Buffer
	if err := WriteDots(&b); err != nil || b.Len() != universe*entry {
		t.Fatalf("%d bytes, %v", b.Len(), err)
	}
	table := bytes.NewReader(b.Bytes())
	for r := rune(0); r < universe; r += 7 {
		if d, err := readDots(table, r); err != nil || d != dotsOf(r) {
			t.Fatalf("%U: %v %v", r, d, err)
		}
	}
	if d, err := readDots(table, 0x1f600); err != nil || d.wide != 0 {
		t.Error(d, err)
	}
	if _, err := readDots(bytes.NewReader(b.Bytes()[:100]), 'z'); err == nil {
		t.Error("half a table is a table")
	}
}

// TestWhatNoFaceHasIsACodePoint: of all ideographs, each is drawn by a face that has it, or as a code point whose signs one has.
func TestWhatNoFaceHasIsACodePoint(t *testing.T) {
	p, without := New(Meta{}), 0
	for r := rune(0x4e00); r <= 0x9fff; r += 7 {
		p.Undrawn = false
		for _, g := range p.draw(false, r) {
			if _, ok := p.faces[g.face].has(g.char); !ok {
				t.Fatalf("%q is drawn in face %d, which has not %q", r, g.face, g.char)
			}
		}
		if p.Undrawn {
			without++
		}
	}
	if without == 0 {
		t.Error("every one was drawn: this shows nothing")
	}
}
