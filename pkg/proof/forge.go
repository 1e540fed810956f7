package proof

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/provider/allsim"
)

// forger posts webhooks that carry a good signature and a bad time, as somebody would who has recorded one or owns a
// clock: none may be believed.
func (m *merchants) forger() {
	for _, a := range allsim.Accounts("demo") {
		if a.Provider != "efecty" {
			continue
		}
		for n := range 40 {
			m.world.After(m.span(opening), func() { m.world.Go(func() { m.forge(a, n) }, nil) })
		}
	}
}

func (m *merchants) forge(a provider.Account, n int) {
	off := time.Hour
	if n%2 == 0 {
		off = -time.Hour
	}
	stamp := m.world.Now().Add(off).UTC().Format(time.RFC3339)
	body := []byte(fmt.Sprintf(`{"event_id":"evt_forged_%d","event":"payment.confirmed","occurred_at":%q,"data":{"reference":"1"}}`, n, stamp))
	req, err := http.NewRequest(http.MethodPost, "http://vuelto/webhooks/"+a.Provider+"/"+a.ID, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("X-Timestamp", stamp)
	req.Header.Set("X-Signature", provider.Sign(a.Secrets[0], []byte(stamp+"\n"), body))
	if r := m.ask(req); r.Status >= 200 && r.Status < 300 {
		m.report(a.ID, i14, fmt.Sprintf("signed %s from now and believed", off))
	}
}
