package api

import (
	"fmt"
	"strings"
)

// code128 is the width of the bars and spaces of each symbol of Code 128 (ISO/IEC 15417), in modules, bar first; the last is
// the stop.
const code128 = "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 " +
	"123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 " +
	"112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 " +
	"311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 " +
	"142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 " +
	"111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"

// Symbols of Code 128 that are no digits.
const (
	setC   = 99
	setB   = 100
	fnc1   = 102 // begins a GS1 bar code, and ends a part of it whose length is not fixed
	startC = 105
	stop   = 106
)

// symbols encodes the parts of a bar code. Several parts are a GS1-128, with its mark at the start and between them; one is a
// plain Code 128. False if there is anything but digits.
func symbols(parts []string) ([]int, bool) {
	list := []int{startC}
	for i, part := range parts {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return nil, false
		}
		if len(parts) > 1 {
			list = append(list, fnc1)
		}
		for ; len(part) > 1; part = part[2:] {
			list = append(list, int(part[0]-'0')*10+int(part[1]-'0'))
		}
		if part != "" {
			const zero = 16 // of set B
			list = append(list, setB, zero+int(part[0]-'0'))
			if i < len(parts)-1 {
				list = append(list, setC)
			}
		}
	}
	sum := list[0]
	for i, v := range list {
		sum += i * v
	}
	return append(list, sum%103, stop), true
}

// colombian splits a bar code of Colombian collections where a part has no fixed length: 415 and the collector's 13 digits
// with 8020 and the reference, 3900 and the sum, 96 and the last day (IAC, GS1 Colombia). One that is built otherwise is one part.
func colombian(barcode, reference string) []string {
	const collector = len("415") + 13
	head, rest, ok := strings.Cut(barcode, "8020"+reference)
	sum := len(rest) - len("96") - len("20261122")
	if !ok || len(head) != collector || !strings.HasPrefix(head, "415") || sum <= 0 || !strings.HasPrefix(rest, "3900") || rest[sum:sum+2] != "96" {
		return []string{barcode}
	}
	return []string{head + "8020" + reference, rest[:sum], rest[sum:]}
}

// bars draws a bar code as SVG, with the quiet zone of ten modules on each side. Empty if it cannot be drawn.
func bars(parts []string) string {
	list, ok := symbols(parts)
	if !ok {
		return ""
	}
	const quiet, height = 10, 60
	widths := strings.Fields(code128)
	var b strings.Builder
	x := quiet
	for _, v := range list {
		for i, w := range widths[v] {
			if i%2 == 0 {
				fmt.Fprintf(&b, `<rect x="%d" width="%d" height="%d"/>`, x, w-'0', height)
			}
			x += int(w - '0')
		}
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">%s</svg>`,
		x+quiet, height, b.String())
}
