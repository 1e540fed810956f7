package proof

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// i6 is the invariant of a merchant's own ids.
const i6 = "I6: a merchant's refund or payout id stays its own for ever"

// askedAnew lets a merchant's system, now and then, ask again days later for what was accepted: under the same id of its own, and a key
// that nobody has used, since its own books have lost that it ever asked. By then every cache is cold.
func (l life) askedAnew(who clerk, path, key string, body map[string]any) {
	most := uint64(20)
	if l.payout { // of these there are few, and no balance is in the way
		most = 2
	}
	draw := fnv64(fnvOffset) // of its own, so that the others stay where they were
	draw.mix(int64(l.m.index), key)
	if uint64(draw)%most != 0 {
		return
	}
	later := 25*time.Hour + time.Duration(uint64(draw)>>8%uint64(4*24*time.Hour))
	l.m.world.After(later, func() { l.m.world.Go(func() { l.m.anew(who, path, key, body) }, nil) })
}

// anew asks, until it is answered, and must be refused.
func (m *merchants) anew(who clerk, path, key string, body map[string]any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	for range 20 {
		reply := m.call(who.key, http.MethodPost, path, key, encoded)
		if reply.Status < 300 {
			m.report(key, i6, fmt.Sprintf("asked for again days later, and answered %d: %s", reply.Status, reply.Body))
		}
		if reply.Status < 500 && !retriable(reply) {
			return
		}
		m.world.Sleep(time.Hour)
	}
}
