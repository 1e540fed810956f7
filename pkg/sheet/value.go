package sheet

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// epoch is the year from which a workbook counts its days: 1900, which is the zero value, or 1904.
type epoch int

// digits a spreadsheet keeps of a number.
const digits = 15

// number understands a cell that holds a number: a date if its style says so. Spreadsheets keep fifteen digits: what a sum
// left behind the fifteenth is rounded away, as they do when they show it; a whole number with more has lost some, and
// nobody can tell which.
func (r *Reader) number(style, text string) Cell {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) >= 1e15 {
		return Cell{Kind: Fault, Text: text}
	}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(r.dates) && r.dates[n] {
		if at, ok := r.epoch.day(f); ok {
			return Cell{Kind: Date, Text: text, At: at}
		}
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', digits, 64), 64)
	if err != nil {
		return Cell{Kind: Fault, Text: text}
	}
	return Cell{Kind: Number, Text: strconv.FormatFloat(short, 'f', -1, 64)}
}

// day is the wall clock of a serial number, to the second. Days before March 1900 are refused: the spreadsheet counts a
// leap day there that never was.
func (e epoch) day(serial float64) (time.Time, bool) {
	const march = 61
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if e == 1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if serial < march {
		return time.Time{}, false
	}
	if serial < 0 || serial > 2_958_465 { // the end of the year 9999
		return time.Time{}, false
	}
	whole := math.Floor(serial)
	return first.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round((serial-whole)*86400)) * time.Second), true
}

// sharedTexts are the texts that cells point to by number. Phonetic readings are no part of them.
func (b *book) sharedTexts() ([]string, error) {
	var texts []string
	size := 0
	err := b.each("xl/sharedStrings.xml", func(in *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		r := Reader{in: in}
		text, _, err := r.text()
		if size += len(text) + 16; size > mostShared {
			return fmt.Errorf("%w: shared texts of more than %d bytes", ErrWorkbook, mostShared)
		}
		texts = append(texts, text)
		return err
	})
	return texts, err
}

// dateStyles says of each cell style whether it shows numbers as dates.
func (b *book) dateStyles() ([]bool, error) {
	formats := map[string]string{}
	var dates []bool
	within := false // the list of cell styles: xf stands in other lists as well
	err := b.each("xl/styles.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			formats[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			within = true
		case "cellStyleXfs", "cellStyles", "dxfs", "tableStyles":
			within = false
		case "xf":
			if within && len(dates) < 1<<16 {
				dates = append(dates, isDate(attr(e, "numFmtId"), formats[attr(e, "numFmtId")]))
			}
		}
		return nil
	})
	return dates, err
}

// isDate says whether a number format shows a date: one of those built in, or one whose code, without what stands in
// quotes, brackets and behind a backslash, has a letter of dates.
func isDate(id, code string) bool {
	if n, err := strconv.Atoi(id); err == nil && code == "" {
		return (n >= 14 && n <= 22) || (n >= 27 && n <= 36) || (n >= 45 && n <= 47) || (n >= 50 && n <= 58)
	}
	var bare strings.Builder
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"', '[':
			end := strings.IndexByte(code[i+1:], map[byte]byte{'"': '"', '[': ']'}[code[i]])
			if end < 0 {
				return false
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		default:
			bare.WriteByte(code[i])
		}
	}
	plain := strings.ToLower(bare.String())
	return !strings.Contains(plain, "general") && strings.ContainsAny(plain, "ymdhs")
}
