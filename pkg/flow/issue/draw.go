package issue

import (
	"github.com/vuelto/vuelto/pkg/paper"
	"github.com/vuelto/vuelto/pkg/receipt"
)

// Draw puts a receipt on paper. The same receipt is the same bytes.
func Draw(r receipt.Receipt) []byte {
	p := paper.New(paper.Meta{Title: r.Title + " " + r.ID, Author: r.Author, Language: r.Language, At: r.At})
	p.Text(paper.Style{Size: 18, Bold: true, Max: 2}, r.Title)
	p.Space(4)
	p.Text(paper.Style{Size: 10.5}, r.Statement)
	p.Rule()
	p.Space(4)
	for _, l := range r.Lines {
		p.Row(l.Label, l.Value, l.Max)
	}
	p.Space(4)
	p.Rule()
	for _, note := range r.Notes {
		p.Text(paper.Style{Size: 8.5, Grey: true}, note)
		p.Space(3)
	}
	if p.Undrawn {
		p.Text(paper.Style{Size: 8.5, Grey: true}, r.Undrawn)
	}
	return p.Bytes()
}

// blank is what is written on by hand.
const blank = "__________________________________________"

// DrawForm puts a template on paper, with room for the hand that signs it.
func DrawForm(f receipt.Form) []byte {
	p := paper.New(paper.Meta{Title: f.Title, Author: f.Author, Language: f.Language, At: f.At})
	p.Text(paper.Style{Size: 16, Bold: true, Max: 2}, f.Title)
	p.Rule()
	p.Space(4)
	for _, l := range f.Lines {
		p.Row(l.Label, l.Value, l.Max)
	}
	p.Space(4)
	p.Rule()
	for _, t := range f.Text {
		p.Space(4)
		p.Text(paper.Style{Size: 10.5}, t)
	}
	for _, label := range f.Blanks {
		p.Space(12)
		p.Row(label, blank, 1)
	}
	p.Rule()
	for _, note := range f.Notes {
		p.Text(paper.Style{Size: 8.5, Grey: true}, note)
		p.Space(3)
	}
	if p.Undrawn {
		p.Text(paper.Style{Size: 8.5, Grey: true}, f.Undrawn)
	}
	return p.Bytes()
}
