package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// scanner goes through a JSON text for what the standard decoder lets pass. Whether it is JSON at all that decoder says: here a text
// need only be gone through to its end if it is.
type scanner struct {
	text string
	at   int
	path []string // names of where it is
	seen []string // keys of the objects that it is in, in small letters
}

// value reads what comes next. Error: errMalformed itself where that is no JSON; the decoder says why.
func (s *scanner) value(shape reflect.Type) error {
	first := s.next()
	switch {
	case len(s.path)-1 > maxDepth:
		return malformed("nested deeper than 32")
	case len(s.path) == 1 && first != '{':
		return malformed("the body must be an object")
	case first == '{':
		fields, outside := fieldsOf(shape), len(s.seen)
		err := s.list('}', func() error { return s.member(fields, outside) })
		s.seen = s.seen[:outside]
		return err
	case first == '[':
		return s.list(']', func() error { return s.under("-", element(shape)) })
	case first == '"':
		text, ok := s.quoted()
		if !ok {
			return errMalformed
		}
		if !showable(text) || len(text) > maxText {
			return &invalid{"field_invalid", []FieldError{{Pointer: strings.Join(s.path, "/"), Detail: "must be of printable characters, not more than the field takes"}}}
		}
		return nil
	}
	n := strings.IndexAny(s.text[s.at:], ",]} \t\r\n")
	if n <= 0 {
		return errMalformed
	}
	word := s.text[s.at:][:n]
	s.at += n
	if first <= '9' && strings.ContainsAny(word, ".eE") {
		return malformed(strings.Join(s.path, "/") + " is not an integer")
	}
	return nil
}

// under reads the next value, which has a name there.
func (s *scanner) under(name string, shape reflect.Type) error {
	s.path = append(s.path, name)
	err := s.value(shape)
	s.path = s.path[:len(s.path)-1]
	return err
}

// list goes through what stands between brackets; commas that are missing the decoder misses.
func (s *scanner) list(end byte, item func() error) error {
	s.at++
	for !s.passes(end) {
		if err := item(); err != nil {
			return err
		}
		s.passes(',')
	}
	return nil
}

// member reads a key that is known and not among those seen in its object, and its value.
func (s *scanner) member(fields map[string]reflect.Type, outside int) error {
	key, ok := s.quoted()
	if !ok {
		return errMalformed
	}
	var wrong error
	shape, known := fields[key]
	folded := strings.ToLower(key)
	switch {
	case slices.Contains(s.seen[outside:], folded):
		wrong = errDuplicate
	case !known:
		wrong = errUnknownField
	}
	if wrong != nil {
		return fmt.Errorf("%w: %s", wrong, strings.Join(s.path, "/")+"/"+clip(key))
	}
	s.seen = append(s.seen, folded)
	s.passes(':')
	return s.under(key, shape)
}

// next is the byte after white space; 0 at the end.
func (s *scanner) next() byte {
	for s.at < len(s.text) && strings.IndexByte(" \n\t\r", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// passes goes beyond the next byte if it is the one.
func (s *scanner) passes(c byte) bool {
	ok := s.next() == c
	if ok {
		s.at++
	}
	return ok
}

// quoted goes beyond a string; false if there is none.
func (s *scanner) quoted() (text string, ok bool) {
	if !s.passes('"') {
		return "", false
	}
	from, escaped := s.at, false
	for ; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			escaped = true
			s.at++
		}
	}
	if s.at >= len(s.text) {
		return "", false
	}
	s.at++
	if escaped {
		var spelt string
		err := json.Unmarshal([]byte(s.text[from-1:s.at]), &spelt)
		return spelt, err == nil
	}
	return s.text[from : s.at-1], true
}

func malformed(says string) error { return fmt.Errorf("%w: %s", errMalformed, says) }

// shapes are the fields of the types that were read, so that each is looked at once.
var shapes sync.Map

// fieldsOf maps the JSON names of a struct to their types.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	if known, ok := shapes.Load(t); ok {
		return known.(map[string]reflect.Type)
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = t.Field(i).Type
		}
	}
	shapes.Store(t, fields)
	return fields
}

func element(t reflect.Type) reflect.Type {
	if t != nil && t.Kind() == reflect.Slice {
		return t.Elem()
	}
	return nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
