package api

import (
	"errors"
	"testing"
)

// TestABodyIsReadOnceAndStrictly: with and without white space, with whatever is escaped; and each way of being no JSON is found.
func TestABodyIsReadOnceAndStrictly(t *testing.T) {
	type shape struct {
		Amount int64 `json:"amount"`
		Payer  *struct {
			Name string `json:"name"`
		} `json:"payer"`
		Rows []struct {
			ID string `json:"id"`
		} `json:"rows"`
	}
	for body, want := range map[string]error{
		`{}`: nil,
		"{ \"amount\" :\t1 ,\r\n \"payer\" : { \"name\" : \"a\\\"\\u00e9\\\\\" } , \"rows\" : [ { \"id\" : \"x\" } , { } ] } ": nil,
		`{"rows":[{"id":"x"},{"id":"y"}],"payer":{"name":"x"}}`:                                                                nil, // each object has keys of its own
		`{"\u0061mount":1}`:                 nil,
		`{"\u0061mount":1,"amount":2}`:      errDuplicate,
		`{"rows":[{"id":"x","ID":"y"}]}`:    errDuplicate,
		`{"payer":{"name":"a"},"name":"b"}`: errUnknownField,
		`{"rows":[{"name":"a"}]}`:           errUnknownField,
		`{"rows":[{"id":"x",}]}`:            errMalformed,
		`{"rows":[{"id":"x"},]}`:            errMalformed,
		`{"rows":[{"id":"x"} {"id":"y"}]}`:  errMalformed,
		`{"amount":1 "payer":null}`:         errMalformed,
		`{"amount" 1}`:                      errMalformed,
		`{"amount":}`:                       errMalformed,
		`{"amount":1`:                       errMalformed,
		`{"amount":1}}`:                     errMalformed,
		`{"amount`:                          errMalformed,
		`{"amount\`:                         errMalformed,
		`{"payer":{"name":"\x"}}`:           errMalformed,
		`{"payer":{"name":tru}}`:            errMalformed,
		`{,}`:                               errMalformed,
	} {
		var into shape
		if err := decode([]byte(body), &into); !errors.Is(err, want) || (want == nil && err != nil) || (want != nil && err.Error() == want.Error()) {
			t.Errorf("%s: %v, want %v with a reason", body, err, want)
		}
	}
}
