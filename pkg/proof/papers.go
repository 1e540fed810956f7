package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"github.com/vuelto/vuelto/pkg/disbursement"
	"github.com/vuelto/vuelto/pkg/sim"
)

// The document that the merchant's rules want of a refund, from an amount on.
const (
	paper      = "invoice"
	papersFrom = 400_000_00
)

// large says that the rules want a document of what is asked for.
func (p *people) large(body map[string]any) bool {
	return p != nil && p.errands && body["currency"] == "COP" && body["amount"].(int64) >= papersFrom
}

// proves lets what is large bring its document, but for every other one, whose document is forgotten.
func (p *people) proves(body map[string]any) {
	if p.large(body) && p.rand.IntN(2) == 0 {
		body["documents"] = p.kept(body)
	}
}

// late asks once more, now with the document that was forgotten: what was asked for without it must not have been accepted.
func (p *people) late(by clerk, path, key string, body map[string]any, answer noun, ok bool) (noun, bool) {
	if !p.large(body) || body["documents"] != nil {
		return answer, ok
	}
	if ok {
		p.m.report(answer.ID, i32, "accepted without the document that a rule wants")
		return answer, ok
	}
	body = maps.Clone(body)
	body["documents"] = p.kept(body)
	count := p.moves["late document"]
	if answer, ok = p.m.postAs(by, path, key+"-late", body); ok {
		count.Done++
	} else {
		count.Refused++
	}
	p.moves["late document"] = count
	return answer, ok
}

// kept uploads a document, two people at one moment, one of them with two clicks: it is one document, and can be read back.
func (p *people) kept(body map[string]any) []map[string]string {
	one, two, _ := p.three()
	file := fmt.Appendf(nil, "%%PDF-1.7 %v", body["merchant_refund_id"])
	sum := sha256.Sum256(file)
	digest := hex.EncodeToString(sum[:])
	keep := func(by clerk) func() sim.Reply { return func() sim.Reply { return p.click(by, "/v1/documents", file) } }
	count, any := p.moves["document"], false
	for _, r := range p.atOnce(keep(one), keep(one), keep(two)) {
		var told struct{ Digest string }
		if !done(r) {
			count.Refused++
			continue
		}
		any = true
		if count.Done++; json.Unmarshal(r.Body, &told) != nil || told.Digest != digest {
			p.m.report(digest, i36, "one file is two documents: "+told.Digest)
		}
	}
	p.moves["document"] = count
	if any && p.rand.IntN(4) == 0 {
		p.readable(digest, file)
	}
	return []map[string]string{{"name": paper, "digest": digest}}
}

// readable reads a document back that somebody was told is kept.
func (p *people) readable(digest string, file []byte) {
	for range 20 {
		r := p.m.call(ana().key, http.MethodGet, "/v1/documents/"+digest, "", nil)
		if r.Status >= 500 {
			p.m.world.Sleep(p.span(sweepSoon))
			continue
		}
		if !bytes.Equal(r.Body, file) {
			p.m.report(digest, i13, fmt.Sprintf("a document that was kept is read back with %d", r.Status))
		}
		return
	}
}

// brought holds the documents of what was accepted against the rule, once all is over.
func (p *people) brought(d disbursement.Disbursement) {
	if p.errands && d.Kind == disbursement.Refund && !d.Settles && d.Replaces == "" && d.Amount.Currency() == "COP" && d.Amount.Minor() >= papersFrom && len(d.Papers) == 0 {
		p.m.report(d.ID, i32, "it has no document, and a rule wants one")
	}
}
