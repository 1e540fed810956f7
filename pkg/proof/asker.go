package proof

import (
	"runtime"
	"strings"
)

// ours is the module whose functions ask.
const ours = "github.com/vuelto/vuelto/pkg/"

// between are the packages that only hand an I/O on: the ports with what is wrapped around them, and the simulator.
var between = []string{"sim", "proof", "store", "mem", "job", "file", "port", "telemetry", "provider"}

// asker is the function of ours that asked for the I/O under way: the nearest on the stack that is not between it and the ports.
func (t *troubles) asker() string {
	var stack [64]uintptr
	for _, pc := range stack[:runtime.Callers(3, stack[:])] {
		name, known := t.askers[pc]
		if !known {
			name = asking(pc)
			t.askers[pc] = name
		}
		if name != "" {
			return name
		}
	}
	return "nobody"
}

// asking is the name of a frame's function without the module's, "" if it is between.
func asking(pc uintptr) string {
	frames := runtime.CallersFrames([]uintptr{pc})
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		name, own := strings.CutPrefix(frame.Function, ours)
		if own && !handsOn(name) {
			return bare(name)
		}
	}
	return ""
}

// handsOn says whether a function only hands an I/O on: one of the packages between, or of a provider's simulation.
func handsOn(name string) bool {
	dot := strings.LastIndexByte(name, '/') + 1
	pkg := name[:dot+strings.IndexByte(name[dot:], '.')]
	for _, b := range between {
		if pkg == b || b != "provider" && strings.HasPrefix(pkg, b+"/") {
			return true
		}
	}
	return pkg == "provider/simnet" || strings.HasPrefix(pkg, "provider/") && strings.HasSuffix(pkg, "sim")
}

// bare is a function's name without its type's arguments and without what the compiler calls the functions made in it.
func bare(name string) string {
	name = strings.ReplaceAll(name, "[...]", "")
	for _, made := range []string{".func", "-range", "-fm", ".gowrap", ".deferwrap"} {
		for at := 0; ; {
			n := strings.Index(name[at:], made)
			if n < 0 {
				break
			}
			if at += n; made == "-fm" || at+len(made) < len(name) && name[at+len(made)] >= '0' && name[at+len(made)] <= '9' {
				name = name[:at]
				break
			}
			at += len(made)
		}
	}
	return name
}
