package proof_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/proof"
	"github.com/vuelto/vuelto/pkg/provider/simnet"
	"github.com/vuelto/vuelto/pkg/sim"
)

// deployed is the template, read once.
var deployed = sync.OnceValues(func() (sim.Template, error) { return sim.ReadTemplate("../../template.yaml") })

func options(t testing.TB) proof.Options {
	t.Helper()
	template, err := deployed()
	if err != nil {
		t.Fatal(err)
	}
	return proof.Options{Seed: 1, N: 300, Rate: 1, Template: template, Direct: true}
}

func run(t *testing.T, o proof.Options) proof.Result {
	t.Helper()
	r, err := proof.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range r.Found {
		if i < 10 {
			t.Errorf("%s %s: %s (%s) [%s, world %d]", v.At.Format("02T15:04:05"), v.Subject, v.Sentence, v.Detail, v.Profile, v.World)
		}
	}
	return r
}

func TestNothingIsPaidTwiceAndNothingIsLost(t *testing.T) {
	cases := map[string]func(*proof.Options){
		"without faults":            func(o *proof.Options) { o.Rate = 0 },
		"with the table's":          func(*proof.Options) {},
		"with five times as many":   func(o *proof.Options) { o.Rate, o.Seed = 5, 2 },
		"with twelve times as many": func(o *proof.Options) { o.Rate, o.Seed, o.N = 12, 3, 150 },
		"with every callback lost":  func(o *proof.Options) { o.LoseCallbacks, o.Seed = true, 4 },
		"with late commits alone":   func(o *proof.Options) { o.Only, o.Rate, o.Seed = "late_commit", 20, 5 },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			change(&o)
			r := run(t, o)
			if r.Accepted < o.N {
				t.Errorf("only %d of %d were accepted: the run says little", r.Accepted, 2*o.N)
			}
			if held := r.HeldBy[proof.IgnoresKeys]; o.Rate == 1 && held > 2.5 {
				t.Errorf("%.2f %% had to wait for a person where keys are ignored", held)
			}
			if (o.Rate == 0) != (r.Faults == 0) {
				t.Errorf("%d faults at strength %g", r.Faults, o.Rate)
			}
			t.Logf("%d accepted, %d I/Os, %d faults, ends %v", r.Accepted, r.IOs, r.Faults, r.States)
		})
	}
}

// People see to what is held on purpose, by hand or by a link for the buyer; to codes, to what was paid too little or too much, to the
// block list, to the books; and to files that are sent twice.
// Whatever they click, and however often, it happens once, and by two of them.
func TestPeoplesErrandsHappenOnce(t *testing.T) {
	o := options(t)
	o.Template = unhurried(t, o.Template)
	o.Seed, o.N, o.Rate, o.Errands, o.Direct, o.Gateways = 32, 220, 3, true, false, []string{"payu"}
	r := run(t, o)
	for _, what := range []string{"approve", "reject", "cancel", "resolve", "claim", "reissue", "batch", "show", "settle", "block", "lift", "explain", "assign", "shut", "key", "rules",
		"document", "late document", "exchange", "endpoint create", "endpoint rotate", "endpoint disable", "endpoint enable", "endpoint update", "endpoint remove", "redeliver", "replay",
		"/v1/rates", "/v1/rates?correct=true", "/v1/calendar?country=CO", "/v1/deposits", "/v1/orders", "/v1/receipts", "fees", "month", "unsold", "stop a batch"} {
		if r.Moves[what].Done == 0 {
			t.Errorf("nobody's %s was done: %v", what, r.Moves)
		}
	}
	t.Logf("%d accepted, %d held on purpose, %v", r.Accepted, r.Meant, r.Moves)
}

// The same seed is the same story, whatever the number of workers; another seed is another.
func TestARunReplaysIdentically(t *testing.T) {
	o := options(t)
	o.N, o.Rate, o.Workers = 120, 5, 1
	first := run(t, o)
	o.Workers = 2
	if second := run(t, o); second.Trace != first.Trace || second.IOs != first.IOs {
		t.Errorf("trace %s then %s", first.Trace, second.Trace)
	}
	o.Seed = 9
	if other := run(t, o); other.Trace == first.Trace {
		t.Error("another seed told the same story")
	}
}

// Progress never goes back, and ends where all are done.
func TestProgressReachesItsEnd(t *testing.T) {
	o := options(t)
	o.N = 20
	last, total := 0, 0
	o.Progress = func(done, of int) {
		if done < last || of != 2*o.N {
			t.Errorf("%d of %d after %d", done, of, last)
		}
		last, total = done, of
	}
	run(t, o)
	if last != total || total == 0 {
		t.Errorf("ended at %d of %d", last, total)
	}
}

func submitted(line string) bool { return strings.Contains(line, "→ submitting") }

// A replay tells the life of one refund in words, without changing it.
func TestAReplayTellsOneLife(t *testing.T) {
	o := options(t)
	o.N, o.Rate, o.Profiles = 60, 5, proof.Profiles()[1:]
	plain := run(t, o)
	var id string
	var story []string
	for n := 0; !slices.ContainsFunc(story, submitted) && n < 20; n++ { // not every order is paid, nor every refund of it let through
		story = nil
		id = proof.RefundOf(0, n, 0)
		if world, ok := proof.WorldOf(o, id); !ok || world != 0 {
			continue
		}
		traced := o
		traced.Trace, traced.Single = id, true
		traced.Tell = func(_ proof.Profile, _ time.Time, what string) { story = append(story, what) }
		if told := run(t, traced); told.Trace != plain.Trace {
			t.Error("telling changed the story")
		}
	}
	text := strings.Join(story, "\n")
	for _, want := range []string{"==> (new) → ", "→ queued", "→ submitting", "provider POST", "takes"} {
		if !strings.Contains(text, want) {
			t.Errorf("the story of %s lacks %q:\n%s", id, want, text)
		}
	}
	if _, ok := proof.WorldOf(o, "rf_00000000000000000000000000"); ok {
		t.Error("a refund that never was has a world")
	}
}

// What a settlement file says wrongly is found under its own class, through every provider; a miss would be a violation.
func TestEveryMisstatedRowIsFound(t *testing.T) {
	o := options(t)
	o.Direct, o.N, o.Rate, o.Seed = false, 500, 3, 11
	r := run(t, o)
	for _, f := range simnet.Flaws() {
		class := proof.ClassOf(f)
		if d := r.Discrepancies[class]; d.Injected == 0 || d.Found+d.Moot != d.Injected || d.Moot*4 > d.Injected+4 {
			t.Errorf("%s: %+v", class, d)
		}
	}
	for _, provider := range []string{"efecty", "pagoefectivo", "dlocal", "mercadopago", "ebanx", "rapyd", "payu", "kushki", "epayco"} {
		if r.Coverage["callback "+provider+" payment"] == nil {
			t.Errorf("no payment through %s met a fault", provider)
		}
	}
}
