package audit_test

import (
	"encoding/json"
	"testing"

	"github.com/vuelto/vuelto/pkg/audit"
)

// Lines as a release before there were roles sealed them, and as this one does; hashed by another program.
const (
	oldLine = `{"subject":"rf_1","entry":1,"at":"2026-11-20T12:00:00.000Z","from":"queued","to":"paid","evidence":"reply:1","by":"ana","note":"ñ","before":"4a01a07fec65cc1221147d6cfe7bdbc589859ddc0959a9318343449c804b3d2a","hash":"cf254a42170f6d0fa8dfcdc95c6b1ce63e2dda8cabff95561fd01980a02eaf5d"}`
	newLine = `{"subject":"rf_1","entry":1,"at":"2026-11-20T12:00:00.000Z","from":"queued","to":"paid","evidence":"reply:1","by":"ana","role":"admin","note":"ñ","before":"4a01a07fec65cc1221147d6cfe7bdbc589859ddc0959a9318343449c804b3d2a","hash":"a72e39212c637e7dd16cf7224073e8a9cd29e8e5e39725437a08022f68462d10"}`
)

// TestARoleIsHashedAndOldLinesStayWhatTheyWere: what has no role is hashed as before there were any; one that is changed, taken away or
// put in shows.
func TestARoleIsHashedAndOldLinesStayWhatTheyWere(t *testing.T) {
	for _, text := range []string{oldLine, newLine} {
		var l audit.Line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		problems := func(l audit.Line) []audit.Problem {
			file, _, err := audit.Write("demo", "2026-11-20", "", []audit.Line{l})
			if err != nil {
				t.Fatal(err)
			}
			found, _ := verify([]string{"2026-11-20"}, [][]byte{file})
			return found
		}
		if found := problems(l); len(found) != 0 {
			t.Errorf("%s: %v", text, found)
		}
		for _, role := range []string{"", "admin", "viewer"} {
			other := l
			if other.Role = role; role != l.Role && len(problems(other)) == 0 {
				t.Errorf("%q in the place of %q does not show", role, l.Role)
			}
		}
	}
}
