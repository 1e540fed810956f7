package file

import "unicode/utf8"

// Harmless puts an apostrophe before what a spreadsheet would take for a formula, full-width forms included.
func Harmless(cell string) string {
	switch first, _ := utf8.DecodeRuneInString(cell); first {
	case '=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠':
		return "'" + cell
	}
	return cell
}
