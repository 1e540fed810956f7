package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/door"
	"github.com/vuelto/vuelto/pkg/store"
)

// MaxBody bounds a request body of the merchant API.
const MaxBody = 256 << 10

// maxDepth bounds nesting: far more than any request of ours has. A refusal names it.
const maxDepth = 32

var (
	errMalformed    = door.ErrMalformed
	errDuplicate    = errors.New("duplicate key")
	errUnknownField = errors.New("unknown field")
)

// decode reads one JSON object strictly: the standard decoder takes {"amount":1,"AMOUNT":999} for 999. Here every key is
// spelled exactly, comes once, and is known; numbers are integers; nothing follows the object.
func decode(body []byte, into any) error {
	if !utf8.Valid(body) {
		return malformed("not UTF-8")
	}
	if halved(body) {
		return malformed("half of a surrogate pair stands for no character")
	}
	s := scanner{text: string(body), path: []string{""}}
	fault := s.value(reflect.TypeOf(into).Elem())
	if fault != nil && fault != errMalformed { // of what is no JSON the decoder says more
		return fault
	}
	if err := store.Unmarshal(body, into); err != nil {
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) {
			return malformed("/" + strings.ReplaceAll(typed.Field, ".", "/") + " must be " + typed.Type.String())
		}
		return malformed(err.Error())
	}
	return fault
}

// halved says that JSON spells half of a surrogate pair: the decoder would put another character in its place, and what was
// sent be lost.
func halved(body []byte) bool {
	unit := func(at int) (rune, bool) {
		if at+6 > len(body) || body[at] != '\\' || body[at+1] != 'u' {
			return 0, false
		}
		n, err := strconv.ParseUint(string(body[at+2:at+6]), 16, 16)
		return rune(n), err == nil
	}
	for at := 0; at < len(body); at++ {
		if body[at] != '\\' {
			continue
		}
		first, spelt := unit(at)
		switch {
		case !spelt:
			at++ // whatever is escaped, a backslash among others
		case !utf16.IsSurrogate(first):
			at += 5
		default:
			second, _ := unit(at + 6)
			if utf16.DecodeRune(first, second) == utf8.RuneError {
				return true
			}
			at += 11
		}
	}
	return false
}
