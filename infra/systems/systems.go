// Package systems has the five systems that Vuelto takes the place of, line by line: what a user gets, and what shows it.
// lines.json is kept by hand; README.md is printed from it (go test ./infra/systems -update). Tests hold every line against
// the code: what it names exists, and the stories that it names have called its routes with success.
package systems

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"slices"
)

//go:embed lines.json
var lines []byte

// Table is lines.json.
type Table struct {
	Systems []System `json:"systems"`
	Lines   []Line   `json:"lines"`
}

// System is one of the five.
type System struct {
	ID   string `json:"id"` // S0 … S4
	Name string `json:"name"`
}

// Line is one thing that a user gets.
type Line struct {
	ID    string   `json:"id"`
	Of    []string `json:"of"` // systems
	Gains string   `json:"gains"`

	Tests    []string `json:"tests,omitempty"`    // folder.TestName
	Routes   []string `json:"routes,omitempty"`   // METHOD /path, which its stories call with success
	Commands []string `json:"commands,omitempty"` // make target
	Readme   []string `json:"readme,omitempty"`   // headings of the README whose blocks its test runs against make run

	Deployed string `json:"deployed,omitempty"` // why only a deployed stack has it, so that no story can show it
	NotMet   string `json:"not_met,omitempty"`  // what is missing; nothing shows such a line
}

// Read is the table. Error: the file is not one.
func Read() (Table, error) {
	var t Table
	d := json.NewDecoder(bytes.NewReader(lines))
	d.DisallowUnknownFields()
	return t, d.Decode(&t)
}

// NotMet counts the lines of a system that nothing shows.
func (t Table) NotMet(system string) (n int) {
	for _, l := range t.Lines {
		if l.NotMet != "" && slices.Contains(l.Of, system) {
			n++
		}
	}
	return n
}
