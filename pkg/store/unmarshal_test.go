package store_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/calendar"
	"github.com/vuelto/vuelto/pkg/store"
)

type word string

// noun is plain with what makes json.Unmarshal read the whole of it.
type noun struct {
	plain
	Share   float64 `json:"sh"`
	Quoted  int     `json:"qu,string"`
	Unnamed int
}

type part struct {
	At   int64  `json:"a"`
	Note string `json:"n,omitempty"`
	More *part  `json:"r,omitempty"`
}

// plain has a field of each kind that records have.
type plain struct {
	ID      string           `json:"i"`
	Word    word             `json:"wo,omitempty"`
	Minor   int64            `json:"m"`
	Small   int8             `json:"sm"`
	Yes     bool             `json:"y,omitempty"`
	Day     calendar.Date    `json:"d,omitzero"`
	Other   *calendar.Date   `json:"od"`
	Desk    *part            `json:"dk,omitempty"`
	Part    part             `json:"p"`
	Parts   []part           `json:"ps,omitempty"`
	Words   []word           `json:"ws"`
	Lists   [][]int          `json:"ls"`
	Data    json.RawMessage  `json:"ra"`
	Counts  map[string]int   `json:"c,omitempty"`
	Bytes   []byte           `json:"b"`
	Any     any              `json:"an"`
	Maybe   *json.RawMessage `json:"mr"`
	Perhaps *any             `json:"pa"`
	Number  json.Number      `json:"nu"`
	Kelvin  int              `json:"k"`
	Secret  string           `json:"-"`
	Pair    [2]string        `json:"pr"`
	Pairs   [][2]part        `json:"prs"`
	At      time.Time        `json:"at"`
	Octets  octets           `json:"oc"`
}

// octets are bytes of another name.
type octets []octet

type octet byte

// embedding has fields of others, one of them under a name of its own.
type embedding struct {
	part
	Noun
	Word string `json:"wo2"`
	Own  part   `json:"own"`
}

// Noun is embedded.
type Noun struct {
	ID    string           `json:"i"`
	Tally map[word]part    `json:"c"`
	Pages map[string][]int `json:"pg"`
}

// hiding has a field that hides one of what it embeds.
type hiding struct {
	part
	Note []string `json:"n"`
}

func samples() []string {
	return []string{
		`{"i":"rf_1","wo":"held","m":-2000000,"sm":127,"y":true,"d":"2026-11-20","od":"2026-11-21","dk":{"a":1,"n":"x"},"p":{"a":2,"r":{"a":3}},` +
			`"ps":[{"a":1},{"a":2,"n":"b"},{},{"a":4},{"a":5}],"ws":["a","b"],"ls":[[1],[],[2,3]],"ra":{"x":[1,2,{"y":null}]},"c":{"A":1,"B":2},"b":"AQI=","an":[1,"x"],"k":7}`,
		`{}`, `[]`, ` {}`, `{} `, `null`, ``, `{`, `{"i"}`, `{"i":}`, `{"i":"a",}`, `{"i":"a"}{}`, `{"i":"a"]`, `[1]`, `"x"`, `7`, `{,}`, `{"i":"a" }`,
		`{"m":1.5}`, `{"m":1e3}`, `{"m":01}`, `{"m":-0}`, `{"m":-}`, `{"m":9223372036854775807}`, `{"m":9223372036854775808}`, `{"m":999999999999999999}`, `{"sm":128}`, `{"sm":-128}`,
		`{"m":"1"}`, `{"m":true}`, `{"i":1}`, `{"y":1}`, `{"y":tru}`, `{"y":false,"y":true}`, `{"i":null,"m":null,"dk":null,"ps":null,"ra":null,"c":null,"p":null,"d":null,"an":null}`, `{"mr":null}`, `{"pa":null}`, `{"mr":1,"pa":2}`, `{"nu":"x"}`, `{"nu":7}`, `{"nu":"7"}`, `{"7":8}`,
		`{"I":"a"}`, `{"M":1,"m":2}`, `{"K":1}`, "{\"\u212a\":1}", `{"unknown":{"deep":[true,false,null,"\u00e9",{"x":-1}],"e":{}},"i":"a"}`, `{"unknown":1.5}`, `{"unknown":"\x"}`, `{"unknown":"\u12"}`,
		`{"i":"\u003ca\u003e \n \" \\ \ud83c\udf88 \ud83c"}`, `{"\u0069":"a"}`, "{\"i\":\"\x01\"}", "{\"i\":\"\xff\"}", `{"i":"🎈 Ñandú"}`, `{"i":"a\`, `{"i":"a\"`, "{\"i\":\"\u2028\"}",
		`{"d":"2026-13-45"}`, `{"d":20261120}`, `{"d":"\u0032026-11-20"}`, `{"ps":[{"a":1,"n":"x"}],"ps":[{"a":2}]}`, `{"ps":[],"ps":[{"a":2}]}`, `{"dk":{"a":1},"dk":{"n":"x"}}`,
		`{"p":{"a":1},"p":{"n":"x"}}`, `{"c":{"A":1},"c":{"B":2}}`, `{"ra":[1],"ra":2}`, `{"ps":[{"a":1},]}`, `{"ps":[,]}`, `{"ps":{}}`, `{"ps":[null]}`, `{"Unnamed":1,"Secret":"x"}`,
		`{"qu":"7","nu":1.5,"sh":2.5}`, `{"a":5,"n":"x","i":"y"}`, `{"a":"5"}`, `{"ra":{"x":1}`, `{"ra":}`, `{"c":{"A":{"a":1},"A":{"n":"x"},"\u0042":{}},"pg":{"x":[1,2],"y":[]},"n":["x"],"own":{"a":3}}`, `{"c":{}}`, `{"c":{"A":}}`, `{"c":{"A"}}`, `{"c":[1]}`, `{"pg":{"x":null}}`, `{"x":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}`,
		`{"pr":["a","b"],"prs":[[{"a":1},{"n":"x"}]],"at":"2026-11-20T13:00:00.5Z","oc":"AQI=","b":""}`, `{"pr":[]}`, `{"pr":["a"]}`, `{"pr":["a","b","c"]}`, `{"pr":["a",1]}`, `{"pr":null}`,
		"{\"i\":\"a\"}\n", "{\"i\":\"a\"}\x00", "{\"i\":\"a\"} \t\r\n", "{\"i\":\"a\"}\v", `{"nu":-0.50}`, `{"nu":.5}`, `{"nu":5.}`, `{"nu":-}`, `{"nu":1e}`, `{"nu":1E+7}`, `{"nu":01}`, `{"nu":1.5e-3}`, `{"unknown":1.50}`, `{"unknown":-}`, `{"unknown":00}`, `{"unknown":1.e5}`,
		`{"pr":["a","b"],"pr":["c"]}`, `{"prs":[[{"a":1}],[{"n":"x"},{}]]}`, `{"at":"2026-11-20T13:00:00-05:00"}`, `{"at":"2026-11-20 13:00"}`, `{"at":"2026-11-20T13:00:00,5Z"}`, `{"at":"2026-11-20T1:00:00Z"}`,
		`{"at":"\u0032026-11-20T13:00:00Z"}`, `{"at":null}`, `{"at":7}`, `{"at":""}`, `{"b":"AQI"}`, `{"b":"A\u0051I="}`, `{"b":"A Q="}`, `{"b":[1,2]}`, `{"b":"AQI=","b":"AQ=="}`, `{"b":null}`,
	}
}

// held reads a text both ways, and once more into what is there: it is as if that had been nothing.
func held[T any](t *testing.T, text string) {
	t.Helper()
	var ours T
	for range 2 {
		var theirs T
		err, wanted := store.Unmarshal([]byte(text), &ours), json.Unmarshal([]byte(text), &theirs)
		if (err == nil) != (wanted == nil) || err != nil && err.Error() != wanted.Error() || !reflect.DeepEqual(ours, theirs) {
			t.Errorf("%s\nread as %+v, %v\nwant    %+v, %v", text, ours, err, theirs, wanted)
		}
	}
}

func both(t *testing.T, text string) {
	t.Helper()
	held[noun](t, text)
	held[plain](t, text)
	held[part](t, text)
	held[embedding](t, text)
	held[hiding](t, text)
	held[map[word]int](t, text)
	held[map[int]int](t, text)
	held[[]part](t, text)
	held[map[string]part](t, text)
	held[any](t, text)
	held[string](t, text)
	held[*int](t, text)
}

// TestUnmarshalReadsAsEncodingJSONDoes, whatever it is, and into whatever is there already.
func TestUnmarshalReadsAsEncodingJSONDoes(t *testing.T) {
	for _, text := range samples() {
		both(t, text)
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, text := range samples() {
		f.Add(text)
	}
	f.Fuzz(both)
}

// TestWhatIsReadIsItsOwn: nothing that was read changes with the bytes it was read from.
func TestWhatIsReadIsItsOwn(t *testing.T) {
	body := []byte(samples()[0])
	var before, after plain
	if err := store.Unmarshal(body, &before); err != nil {
		t.Fatal(err)
	}
	clear(body)
	if err := json.Unmarshal([]byte(samples()[0]), &after); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("%v: %+v, want %+v", err, before, after)
	}
}
