package reconcile_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vuelto/vuelto/pkg/flow/ingest"
	"github.com/vuelto/vuelto/pkg/job"
	"github.com/vuelto/vuelto/pkg/payment"
	"github.com/vuelto/vuelto/pkg/provider"
	"github.com/vuelto/vuelto/pkg/reconciliation"
	"github.com/vuelto/vuelto/pkg/store"
)

// written is a store that keeps every commit, so that two histories can be compared: records are hashed into blocks by their changes.
type written struct {
	store.Store
	commits []string
	keys    map[store.Key]bool
}

// Commit keeps what came through.
func (w *written) Commit(ctx context.Context, writes ...store.Write) error {
	err := w.Store.Commit(ctx, writes...)
	if err == nil {
		line := ""
		for _, x := range writes {
			line += fmt.Sprintf("%T %+v\n", x, x)
			if put, ok := x.(store.Put); ok {
				w.keys[put.Record.Key] = true
			}
		}
		w.commits = append(w.commits, line)
	}
	return err
}

// imports is a rig whose files come in by the ingester, and whose messages are delivered when it is told.
type imports struct {
	*rig
	log  *written
	in   *ingest.Ingester
	jobs []job.Job
}

// Send keeps the message.
func (m *imports) Send(_ context.Context, j job.Job, _ time.Duration) error {
	m.jobs = append(m.jobs, j)
	return nil
}

// OfNetwork lists the account.
func (m *imports) OfNetwork(context.Context, string) ([]provider.Account, error) {
	return []provider.Account{m.account}, nil
}

func importing(t *testing.T) *imports {
	t.Helper()
	m := &imports{rig: open(t)}
	for n := 1; n <= 6; n++ {
		m.book(n)
	}
	m.log = &written{Store: m.store, keys: map[store.Key]bool{}}
	m.run.Store, m.run.Observer.Store = m.log, m.log
	m.in = &ingest.Ingester{Store: m.log, Accounts: m, Clients: m, Files: m.files, Sender: m, Now: m.run.Now, Log: slog.New(slog.DiscardHandler)}
	return m
}

// bring uploads a file and delivers what that sends, and each message as often again as is said.
func (m *imports) bring(name, body string, again int) ingest.Kept {
	m.t.Helper()
	ctx := context.Background()
	m.jobs = nil
	got, err := m.in.Upload(ctx, "demo", "pe", monday(), provider.File{Name: name, Body: []byte(body)})
	if err != nil {
		m.t.Fatal(err)
	}
	for range again + 1 {
		for _, j := range m.jobs {
			if err := m.run.Handle(ctx, j); err != nil {
				m.t.Fatal(err)
			}
		}
	}
	return got.Kept
}

// state is every record that was ever written, as it is now.
func (m *imports) state() string {
	m.t.Helper()
	var lines []string
	for key := range m.log.keys {
		record, err := m.store.Get(context.Background(), key)
		if err != nil {
			m.t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%+v", record))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n" + strings.Join(m.files.Names(), "\n")
}

// outcome is what the day came to, and what became of each payment, without the order in which files came.
func (m *imports) outcome() string {
	m.t.Helper()
	record, err := m.store.Get(context.Background(), reconciliation.Key("demo", m.day.ID))
	if err != nil {
		m.t.Fatal(err)
	}
	day, err := reconciliation.Decode(record)
	if err != nil {
		m.t.Fatal(err)
	}
	text := fmt.Sprintf("%s %+v %v %s\n", day.Status, day.Outcome, day.Breaks, m.read(day.Reports["en.csv"]))
	for key := range m.log.keys {
		if key.SK == payment.SK {
			text += m.payment(key).ID + string(m.payment(key).State) + "\n"
		}
	}
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestAFileThatComesManyTimes leaves what it leaves when it comes once: the same commits in the same order, each record with its version and its
// history, the same files; whatever came in between, under whatever name, and however often messages are delivered. In which order different files come
// changes nothing of what the day is.
func TestAFileThatComesManyTimes(t *testing.T) {
	files := map[string]string{"a.csv": header + line(1) + line(2), "b.csv": header + line(3) + strings.Replace(line(4), ",100.00,0.00,0.00,100.00", ",90.00,0.00,0.00,90.00", 1),
		"c.csv": header + line(5) + line(9) + "T6,C6,PAYMENT,1OO.00,0.00,0.00,100.00,PEN,2026-11-20 10:00:00,SETTLED\n"}
	last := ""
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 5))
		names := []string{"a.csv", "b.csv", "c.csv"}
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		once, often := importing(t), importing(t)
		for at, name := range names {
			if kept := once.bring(name, files[name], 0); kept != ingest.New {
				t.Fatalf("%d: %s is %s", seed, name, kept)
			}
			often.bring(name, files[name], r.IntN(3))
			for range r.IntN(5) {
				before := names[r.IntN(at+1)]
				as := before
				if r.IntN(3) == 0 {
					as = "again-" + before
				}
				if kept := often.bring(as, files[before], r.IntN(3)); kept != ingest.Known {
					t.Fatalf("%d: %s again is %s", seed, as, kept)
				}
			}
		}
		if len(once.log.commits) < 8 || !slices.Equal(once.log.commits, often.log.commits) {
			t.Fatalf("%d: %d commits once, %d when they come often", seed, len(once.log.commits), len(often.log.commits))
		}
		if once.state() != often.state() {
			t.Fatalf("%d: once\n%s\noften\n%s", seed, once.state(), often.state())
		}
		o := often.outcome()
		if !strings.Contains(o, "pay_") || last != "" && o != last {
			t.Fatalf("%d: %v came to\n%s\nand not to\n%s", seed, names, o, last)
		}
		last = o
	}
}
