package recon

import (
	"encoding/binary"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
)

// decimal of a column that the file has, as anyDecimal reads it. The usual form, one to five digits, a point and two digits,
// is read at once, from the word that ends where the cell does.
func (s *splitter) decimal(column int) (int64, bool) {
	at := s.header.at[column]
	around := s.ends[at : at+2 : at+2]
	end, size := around[1], around[1]-around[0]-1
	if size-4 <= 4 && end >= 8 {
		unused := (8 - size) * 8
		if n, ok := digits(binary.LittleEndian.Uint64(s.text[end-8:end])>>unused<<unused, unused); ok {
			return n, true
		}
	}
	return anyDecimal(s.cell(at))
}

const (
	zeros = 0x30302e3030303030 // "00000.00", as it is loaded
	// beyondNine raises the high bit of a byte above 9, and of the point's place above 0.
	beyondNine = 0x76767f7676767676
)

// digits reads the usual form from a word, of which the first so many bits are not used.
func digits(x uint64, unused uint32) (int64, bool) {
	x ^= zeros >> unused << unused
	if (x|(x+beyondNine))&highBits != 0 {
		return 0, false
	}
	x = x<<24>>16 | x>>48<<48 // without the point
	x = x*10 + x>>8           // pairs of digits
	return int64((x&0x000000ff000000ff*(1000000<<32+100) + x>>16&0x000000ff000000ff*(10000<<32+1)) >> 32), true
}

// anyDecimal reads a plain decimal in major units with at most two decimals that count into minor units: digits, a point, at
// most one sign in front. False: it is none, or it is too large to be money.
func anyDecimal(cell []byte) (int64, bool) {
	text := cell
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		text = text[1:]
	}
	var n int64
	i := 0
	for ; i < len(text) && text[i]-'0' <= 9; i++ {
		if n = n*10 + int64(text[i]-'0'); n > largest {
			return 0, false
		}
	}
	if i == 0 {
		return 0, false
	}
	n *= 100
	if i < len(text) {
		cents, ok := fraction(text[i:])
		if !ok {
			return 0, false
		}
		n += cents
	}
	if negative {
		n = -n
	}
	return n, true
}

// largest amount in major units: a trillion. What is larger is no amount of a cash network, but a column that was taken
// for another.
const largest = 1_000_000_000_000

// fraction reads ".5", ".50" or ".500".
func fraction(text []byte) (int64, bool) {
	if text[0] != '.' || len(text) == 1 {
		return 0, false
	}
	var cents int64
	for i, c := range text[1:] {
		switch {
		case c-'0' > 9, i > 1 && c != '0':
			return 0, false
		case i == 0:
			cents = int64(c-'0') * 10
		case i == 1:
			cents += int64(c - '0')
		}
	}
	return cents, true
}

// days reads dates and remembers the last one: most lines of a file share theirs with the line before.
type days struct {
	text [10]byte
	day  int32
}

// of is the number of days from 1970 to a date "2006-01-02".
func (d *days) of(text []byte) (int32, bool) {
	le := binary.LittleEndian
	if len(text) == 10 && text[0] != 0 && le.Uint64(text) == le.Uint64(d.text[:]) && le.Uint16(text[8:]) == le.Uint16(d.text[8:]) {
		return d.day, true
	}
	day, ok := parseDay(text)
	if ok {
		copy(d.text[:], text)
		d.day = day
	}
	return day, ok
}

func parseDay(text []byte) (int32, bool) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return 0, false
	}
	return int32(t.Unix() / secondsOfDay), true
}

const secondsOfDay = 24 * 60 * 60

// clock reads "15:04:05" as seconds of the day.
func clock(text []byte) (int64, bool) {
	if len(text) != 8 {
		return 0, false
	}
	x := binary.LittleEndian.Uint64(text) ^ 0x30303a30303a3030 // "00:00:00"
	if (x|(x+0x76767f76767f7676))&highBits != 0 {
		return 0, false
	}
	x = x*10 + x>>8 // pairs of digits
	h, m, s := int64(x&255), int64(x>>24&255), int64(x>>48&255)
	return h*3600 + m*60 + s, h < 24 && m < 60 && s < 60
}

func twoDigits(a, b byte) (int64, bool) {
	a, b = a-'0', b-'0'
	return int64(a)*10 + int64(b), a <= 9 && b <= 9
}

// moment reads "2006-01-02 15:04:05" as the local day and the seconds since 1970 by the local clock.
func (d *days) moment(text []byte) (day int32, seconds int64, ok bool) {
	if len(text) != 19 || text[10] != ' ' {
		return 0, 0, false
	}
	day, ok = d.of(text[:10])
	within, right := clock(text[11:])
	return day, int64(day)*secondsOfDay + within, ok && right
}

// instant reads RFC 3339 as nanoseconds since 1970, and as the day in a zone that is so many seconds east of Greenwich.
func (d *days) instant(text []byte, zone int64) (day int32, nanos int64, ok bool) {
	if len(text) == 25 && text[10] == 'T' && (text[19] == '-' || text[19] == '+') && text[22] == ':' {
		day, ok = d.of(text[:10])
		within, right := clock(text[11:19])
		offset, plain := hourMinute(text[20:25])
		if text[19] == '-' {
			offset = -offset
		}
		if nanos = (int64(day)*secondsOfDay + within - offset) * 1e9; ok && right && plain {
			if offset != zone {
				day = localDay(nanos, zone)
			}
			return day, nanos, true
		}
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil || t.Year() < 1900 || t.Year() > 2200 {
		return 0, 0, false
	}
	return localDay(t.UnixNano(), zone), t.UnixNano(), true
}

// hourMinute reads "05:00" in seconds.
func hourMinute(text []byte) (int64, bool) {
	h, hours := twoDigits(text[0], text[1])
	m, minutes := twoDigits(text[3], text[4])
	return h*3600 + m*60, hours && minutes && h < 24 && m < 60
}

// dateOf is a number of days since 1970 as a date.
func dateOf(day int32) calendar.Date {
	return calendar.On(time.Unix(int64(day)*secondsOfDay, 0), time.UTC)
}

// dayOf is the number of days from 1970 to a date.
func dayOf(d calendar.Date) int32 { return int32(d.Start(time.UTC).Unix() / secondsOfDay) }

// localDay of an instant, in a zone that is so many seconds east of Greenwich.
func localDay(nanos, offset int64) int32 {
	seconds := floor(nanos, 1e9) + offset
	return int32(floor(seconds, secondsOfDay))
}

func floor(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}

// currencyCode packs three capital letters; 0 if they are none.
func currencyCode(cell []byte) uint16 {
	if len(cell) != 3 {
		return 0
	}
	var code uint16
	for _, c := range cell {
		if c < 'A' || c > 'Z' {
			return 0
		}
		code = code<<5 | uint16(c-'A'+1)
	}
	return code
}

func currencyText(code uint16) string {
	if code == 0 {
		return ""
	}
	return string([]byte{byte(code>>10&31) + 'A' - 1, byte(code>>5&31) + 'A' - 1, byte(code&31) + 'A' - 1})
}
