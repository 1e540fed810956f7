package store

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Unmarshal reads into a pointer; what was there is gone. It is json.Unmarshal at a quarter of its cost for what our own encoders wrote: bodies are read far more often than
// written. It knows JSON without white space in it, in types that say all by their tags. Whatever else it meets, be it malformed, null, a
// name in other letters or a key that comes twice, it leaves to json.Unmarshal: into is as that
// leaves it, always. Errors are those of json.Unmarshal.
func Unmarshal(body []byte, into any) error {
	v := reflect.ValueOf(into).Elem()
	v.SetZero()                    // json.Unmarshal would let what it reads mix with what is there
	q := quick{text: string(body)} // once: what is read are parts of it
	if utf8.ValidString(q.text) && q.value(shapeOf(v.Type()), v) && strings.TrimRight(q.text[q.at:], " \t\r\n") == "" {
		return nil
	}
	v.SetZero()
	return json.Unmarshal(body, into)
}

// quick reads a text from one place on. Its methods say whether they could; if not, the value is left half read.
type quick struct {
	text string
	at   int
}

// maxDepth is how deep what nobody asks for may be nested.
const maxDepth = 100

func (q *quick) value(s *shape, v reflect.Value) bool {
	switch s.kind {
	case ofString:
		text, ok := q.string()
		v.SetString(text)
		return ok
	case ofInt:
		n, ok := q.integer()
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	case ofNumber:
		text, ok := q.number()
		v.SetString(text)
		return ok
	case ofBool:
		yes := q.word("true")
		v.SetBool(yes)
		return yes || q.word("false")
	case ofText:
		text, escaped, ok := q.quoted()
		return ok && !escaped && v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)) == nil
	case ofArray:
		n := 0
		return q.next('[') && q.list(']', func() bool {
			n++
			return n <= v.Len() && q.value(s.elem, v.Index(n-1))
		}) && n == v.Len()
	case ofStruct:
		return q.object(s, v)
	}
	return v.IsZero() && !q.word("null") && q.made(s, v) // otherwise a key came twice, or nothing under it
}

// made reads what has to be made first.
func (q *quick) made(s *shape, v reflect.Value) bool {
	switch s.kind {
	case ofSlice:
		return q.array(s, v)
	case ofBytes:
		text, escaped, ok := q.quoted()
		all, err := base64.StdEncoding.DecodeString(text)
		v.SetBytes(all)
		return ok && !escaped && err == nil
	case ofMap:
		return q.table(s, v)
	case ofPointer:
		v.Set(reflect.New(v.Type().Elem()))
		return q.value(s.elem, v.Elem())
	}
	from := q.at
	if !q.skip(0) {
		return false
	}
	raw := q.text[from:q.at]
	if s.kind == ofRaw {
		v.SetBytes([]byte(raw))
		return true
	}
	return json.Unmarshal([]byte(raw), v.Addr().Interface()) == nil
}

func (q *quick) object(s *shape, v reflect.Value) bool {
	if !q.next('{') {
		return false
	}
	if q.next('}') {
		return true
	}
	for expected := 0; ; {
		name, escaped, ok := q.quoted()
		if !ok || escaped || !q.next(':') {
			return false
		}
		i := s.find(name, expected)
		switch {
		case i >= 0:
			if !q.value(s.members[i].shape, s.members[i].of(v)) {
				return false
			}
			expected = i + 1
		case s.resembles(name) || !q.skip(0):
			return false
		}
		if q.next('}') {
			return true
		}
		if !q.next(',') {
			return false
		}
	}
}

func (q *quick) table(s *shape, v reflect.Value) bool {
	v.Set(reflect.MakeMap(v.Type()))
	name, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	return q.next('{') && q.list('}', func() bool {
		text, ok := q.string()
		name.SetString(text)
		elem.SetZero()
		if !ok || !q.next(':') || !q.value(s.elem, elem) {
			return false
		}
		v.SetMapIndex(name, elem)
		return true
	})
}

func (q *quick) array(s *shape, v reflect.Value) bool {
	if !q.next('[') {
		return false
	}
	if q.next(']') {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return true
	}
	v.Grow(q.elements(s.elem.kind))
	n := 0
	return q.list(']', func() bool {
		if n == v.Cap() {
			v.Grow(n)
		}
		n++
		v.SetLen(n)
		return q.value(s.elem, v.Index(n-1))
	})
}

// elements guesses how many the array has that begins here: right for strings, numbers and plain objects, at least one for all.
func (q *quick) elements(k kind) int {
	inside, _, _ := strings.Cut(q.text[q.at:], "]")
	between := ","
	if k == ofStruct {
		between = "},{"
	}
	return 1 + strings.Count(inside, between)
}

// next takes the next character if it is c.
func (q *quick) next(c byte) bool {
	if q.at == len(q.text) || q.text[q.at] != c {
		return false
	}
	q.at++
	return true
}

func (q *quick) word(w string) bool {
	if len(q.text)-q.at < len(w) || q.text[q.at:q.at+len(w)] != w {
		return false
	}
	q.at += len(w)
	return true
}

func (q *quick) string() (string, bool) {
	from := q.at
	text, escaped, ok := q.quoted()
	if !escaped || !ok {
		return text, ok
	}
	var s string
	return s, json.Unmarshal([]byte(q.text[from:q.at]), &s) == nil
}

// quoted is what stands between two quotation marks, as it stands.
func (q *quick) quoted() (inside string, escaped, ok bool) {
	if !q.next('"') {
		return "", false, false
	}
	rest := q.text[q.at:]
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			q.at += i + 1
			return rest[:i], escaped, true
		case c == '\\':
			escaped = true
			i++ // what is escaped ends nothing
		case c < ' ':
			return "", false, false
		}
	}
	return "", false, false
}

// integer reads a whole number of at most eighteen digits: it fits whatever they are.
func (q *quick) integer() (n int64, ok bool) {
	minus := q.next('-')
	from := q.at
	if !q.digits() || q.at-from > 18 || q.at-from > 1 && q.text[from] == '0' {
		return 0, false
	}
	for _, c := range []byte(q.text[from:q.at]) {
		n = 10*n + int64(c-'0')
	}
	if minus {
		n = -n
	}
	return n, true
}

// skip goes past any value.
func (q *quick) skip(depth int) bool {
	if q.at == len(q.text) || depth > maxDepth {
		return false
	}
	switch q.text[q.at] {
	case '"':
		return q.passed()
	case '{':
		q.at++
		return q.list('}', func() bool {
			return q.passed() && q.next(':') && q.skip(depth+1)
		})
	case '[':
		q.at++
		return q.list(']', func() bool { return q.skip(depth + 1) })
	case 't', 'f', 'n':
		return q.word("true") || q.word("false") || q.word("null")
	}
	_, ok := q.number()
	return ok
}

// number is any number, as it stands.
func (q *quick) number() (text string, ok bool) {
	from := q.at
	q.next('-')
	ok = q.next('0') || q.digits()
	if q.next('.') {
		ok = ok && q.digits()
	}
	if q.next('e') || q.next('E') {
		_ = q.next('+') || q.next('-')
		ok = ok && q.digits()
	}
	return q.text[from:q.at], ok
}

// digits goes past what there is of them: one at least.
func (q *quick) digits() bool {
	from := q.at
	for q.at < len(q.text) && '0' <= q.text[q.at] && q.text[q.at] <= '9' {
		q.at++
	}
	return q.at > from
}

// passed goes past a string.
func (q *quick) passed() bool {
	from := q.at
	_, escaped, ok := q.quoted()
	return ok && (!escaped || json.Valid([]byte(q.text[from:q.at])))
}

// list goes past what is parted by commas until the end.
func (q *quick) list(end byte, one func() bool) bool {
	if q.next(end) {
		return true
	}
	for one() {
		if q.next(end) {
			return true
		}
		if !q.next(',') {
			break
		}
	}
	return false
}
