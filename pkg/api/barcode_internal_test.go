package api

import (
	"reflect"
	"strings"
	"testing"
)

// TestTheTableIsCode128: every symbol has eleven modules, the stop thirteen, an even number of them black, and no two are alike.
func TestTheTableIsCode128(t *testing.T) {
	seen := map[string]bool{}
	for v, w := range strings.Fields(code128) {
		modules, black := 0, 0
		for i, c := range w {
			modules += int(c - '0')
			if i%2 == 0 {
				black += int(c - '0')
			}
		}
		if v == stop && modules == 13 {
			continue
		}
		if modules != 11 || black%2 != 0 || seen[w] {
			t.Errorf("%d: %s", v, w)
		}
		seen[w] = true
	}
	if len(seen) != stop {
		t.Errorf("%d symbols", len(seen))
	}
}

// TestWhatIsEncoded: pairs of digits, a mark before each part of a GS1 code, the check symbol by hand: (105+102+2*12+3*34)%103 = 24.
func TestWhatIsEncoded(t *testing.T) {
	if got, _ := symbols([]string{"1234"}); !reflect.DeepEqual(got, []int{105, 12, 34, (105 + 12 + 2*34) % 103, 106}) {
		t.Error(got)
	}
	if got, _ := symbols([]string{"12", "345"}); !reflect.DeepEqual(got, []int{105, 102, 12, 102, 34, 100, 21, (105 + 102 + 2*12 + 3*102 + 4*34 + 5*100 + 6*21) % 103, 106}) {
		t.Error(got)
	}
	if _, ok := symbols([]string{"12x"}); ok {
		t.Error("a letter was encoded")
	}
	const sample = "41577099980000188020110000000001390000000500009620261122"
	if got := colombian(sample, "110000000001"); !reflect.DeepEqual(got, []string{"41577099980000188020110000000001", "39000000050000", "9620261122"}) {
		t.Error(got)
	}
	for _, odd := range []string{"", "7701", "4158020110000000001", strings.Replace(sample, "3900", "3901", 1)} {
		if got := colombian(odd, "110000000001"); len(got) != 1 {
			t.Errorf("%s: %v", odd, got)
		}
	}
}
