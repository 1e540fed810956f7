package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vuelto/vuelto/pkg/door"
)

// MaxBody bounds a request body of the merchant API.
const MaxBody = 256 << 10

// maxDepth bounds nesting: far more than any request of ours has.
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
		return fmt.Errorf("%w: not UTF-8", errMalformed)
	}
	if halved(body) {
		return fmt.Errorf("%w: half of a surrogate pair stands for no character", errMalformed)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := scan(d, reflect.TypeOf(into).Elem(), "", 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows the object", errMalformed)
	}
	if err := json.Unmarshal(body, into); err != nil {
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) {
			return fmt.Errorf("%w: /%s must be %s", errMalformed, strings.ReplaceAll(typed.Field, ".", "/"), typed.Type)
		}
		return fmt.Errorf("%w: %v", errMalformed, err)
	}
	return nil
}

func scan(d *json.Decoder, shape reflect.Type, at string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: nested deeper than %d", errMalformed, maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return fmt.Errorf("%w: %v", errMalformed, err)
	}
	if depth == 0 && token != json.Delim('{') {
		return fmt.Errorf("%w: the body must be an object", errMalformed)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return scanObject(d, shape, at, depth)
		}
		for d.More() {
			if err := scan(d, element(shape), at+"/-", depth+1); err != nil {
				return err
			}
		}
		_, err = d.Token()
	case json.Number:
		if strings.ContainsAny(t.String(), ".eE") {
			return fmt.Errorf("%w: %s is not an integer", errMalformed, pointer(at))
		}
	case string:
		var f faults
		f.check(showable(t) && len(t) <= maxText, "field_invalid", pointer(at), "must be of printable characters, not more than the field takes")
		return f.err()
	}
	if err != nil {
		return fmt.Errorf("%w: %v", errMalformed, err)
	}
	return nil
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

func scanObject(d *json.Decoder, shape reflect.Type, at string, depth int) error {
	fields := fieldsOf(shape)
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return fmt.Errorf("%w: %v", errMalformed, err)
		}
		key, _ := token.(string)
		folded := strings.ToLower(key)
		if seen[folded] {
			return fmt.Errorf("%w: %s/%s", errDuplicate, at, clip(key))
		}
		seen[folded] = true
		field, known := fields[key]
		if !known {
			return fmt.Errorf("%w: %s/%s", errUnknownField, at, clip(key))
		}
		if err := scan(d, field, at+"/"+key, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%w: %v", errMalformed, err)
	}
	return nil
}

// fieldsOf maps the JSON names of a struct to their types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fields := map[string]reflect.Type{}
	if t == nil || t.Kind() != reflect.Struct {
		return fields
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = t.Field(i).Type
		}
	}
	return fields
}

func element(t reflect.Type) reflect.Type {
	if t != nil && t.Kind() == reflect.Slice {
		return t.Elem()
	}
	return nil
}

func pointer(at string) string {
	if at == "" {
		return "/"
	}
	return at
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
