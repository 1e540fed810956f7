package store

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// shape is what Unmarshal knows about a type.
type shape struct {
	kind    kind
	members []member // of a struct, in the order in which they are written
	elem    *shape   // of a slice, map or pointer
}

type member struct {
	name  string
	path  []int // to the field: longer than one within what is embedded
	shape *shape
}

func (m member) of(v reflect.Value) reflect.Value {
	for _, i := range m.path {
		v = v.Field(i)
	}
	return v
}

type kind int

const (
	ofOther  kind = iota // json.Unmarshal reads it
	ofString             // and named strings
	ofInt
	ofBool
	ofNumber // kept as it stands
	ofText   // says itself how it is read
	ofBytes  // in base64
	ofRaw    // is kept as it stands
	ofArray  // of a fixed length
	ofStruct
	ofSlice
	ofMap // by strings
	ofPointer
)

var shapes sync.Map // reflect.Type → *shape: a type's tags are read once, as encoding/json does

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := newShape(t, map[reflect.Type]bool{})
	shapes.Store(t, s)
	return s
}

// newShape looks at a type; within are those it is a part of, because one that contains itself has no end.
func newShape(t reflect.Type, within map[reflect.Type]bool) *shape {
	if within[t] {
		return &shape{}
	}
	within[t] = true
	defer delete(within, t)
	p := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[json.RawMessage]():
		return &shape{kind: ofRaw}
	case t == reflect.TypeFor[time.Time](): // its UnmarshalJSON reads what UnmarshalText does
		return &shape{kind: ofText}
	case t == reflect.TypeFor[json.Number]():
		return &shape{kind: ofNumber}
	case p.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return &shape{}
	case p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return &shape{kind: ofText}
	}
	switch t.Kind() {
	case reflect.String:
		return &shape{kind: ofString}
	case reflect.Bool:
		return &shape{kind: ofBool}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &shape{kind: ofInt}
	case reflect.Struct:
		s := &shape{kind: ofStruct}
		if s.embed(t, nil, within) {
			return s
		}
	case reflect.Array:
		return &shape{kind: ofArray, elem: newShape(t.Elem(), within)}
	case reflect.Slice:
		if t.Elem() == reflect.TypeFor[byte]() {
			return &shape{kind: ofBytes}
		}
		if t.Elem().Kind() != reflect.Uint8 { // bytes of another name may be read otherwise
			return &shape{kind: ofSlice, elem: newShape(t.Elem(), within)}
		}
	case reflect.Map:
		if newShape(t.Key(), within).kind == ofString {
			return &shape{kind: ofMap, elem: newShape(t.Elem(), within)}
		}
	case reflect.Pointer:
		return &shape{kind: ofPointer, elem: newShape(t.Elem(), within)}
	}
	return &shape{}
}

// embed adds the fields of a struct, those of what it embeds among them; false if encoding/json has more to say about them than a
// name: which of two that are called the same counts, say.
func (s *shape) embed(t reflect.Type, path []int, within map[reflect.Type]bool) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, here := f.Tag.Get("json"), append(slices.Clip(path), i)
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct && newShape(f.Type, within).kind == ofStruct:
			if !s.embed(f.Type, here, within) {
				return false
			}
			continue
		case f.Anonymous:
			return false
		case !f.IsExported() || tag == "-":
			continue
		case name == "":
			name = f.Name
		}
		odd := func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}
		if strings.ContainsFunc(name, odd) || strings.Contains(options, "string") || s.resembles(name) {
			return false
		}
		s.members = append(s.members, member{name, here, newShape(f.Type, within)})
	}
	return true
}

// find is the member of a name, or -1. The next one is expected from a place on: what was written in order is found at once.
func (s *shape) find(name string, expected int) int {
	for i := expected; i < len(s.members); i++ {
		if s.members[i].name == name {
			return i
		}
	}
	for i := range min(expected, len(s.members)) {
		if s.members[i].name == name {
			return i
		}
	}
	return -1
}

// resembles says whether a name is that of a member in other letters: encoding/json takes it for the same.
func (s *shape) resembles(name string) bool {
	for _, m := range s.members {
		if strings.EqualFold(m.name, name) {
			return true
		}
	}
	return false
}
