package batch

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Verdicts of a row. Stored strings: append only.
const (
	Accepted = "accepted"
	Refused  = "refused"
)

// Verdict is what became of one row. It is stored as it is shown, without the words that depend on the reader's language.
type Verdict struct {
	Row        int     `json:"row"`  // 1-based, without the header
	Line       int     `json:"line"` // 1-based, of the file as a person sees it; 0 where the format has no lines
	Verdict    string  `json:"verdict"`
	ID         string  `json:"id,omitempty"`     // of the refund or payout
	Status     string  `json:"status,omitempty"` // its first
	MerchantID string  `json:"merchant_id,omitempty"`
	Amount     int64   `json:"amount,omitempty"` // minor units
	Currency   string  `json:"currency,omitempty"`
	Code       string  `json:"code,omitempty"`
	Detail     string  `json:"detail,omitempty"`
	Errors     []Error `json:"errors,omitempty"`
}

// Error is one fault of a row.
type Error struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// EncodeVerdicts makes a file of results: one verdict a line.
func EncodeVerdicts(verdicts []Verdict) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, v := range verdicts {
		if err := e.Encode(v); err != nil {
			panic(err) // strings and integers always encode
		}
	}
	return b.Bytes()
}

// DecodeVerdicts reads a file of results.
func DecodeVerdicts(body []byte) ([]Verdict, error) {
	var all []Verdict
	for d := json.NewDecoder(bytes.NewReader(body)); d.More(); {
		var v Verdict
		if err := d.Decode(&v); err != nil {
			return nil, fmt.Errorf("batch: results: %w", err)
		}
		all = append(all, v)
	}
	return all, nil
}
