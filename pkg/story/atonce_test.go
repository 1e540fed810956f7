package story_test

import (
	"fmt"
	"slices"
	"testing"
)

// move is one call of one person.
type move struct {
	key, path string
	body      any
	once      string // its idempotency key
}

// atOnce lets people act at the same moment, each twice: a double click.
func (s *stack) atOnce(moves ...move) []reply {
	s.t.Helper()
	clicks := slices.Concat(moves, moves)
	for i := range clicks {
		clicks[i].once = fmt.Sprintf("at-once-%d", s.serial.Add(1))
	}
	return s.together(clicks)
}

// TestTwoApproversAtOnce: two people who agree in the same moment are one approval, by one of them; one who agrees while another
// refuses, or the one who asked takes it back, leaves it either sent, once, or stopped for good, and all are told which.
func TestTwoApproversAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	zoe := str(s.key("person", "zoe", "role", "approver")["key"])
	ended := map[string]int{}
	for _, x := range sides() {
		for round := range 6 {
			payment, amount := s.large(x)
			id := s.back(x, payment, amount)
			path := "/v1/refunds/" + id
			other := []move{{key: zoe, path: path + "/approve"}, {key: zoe, path: path + "/reject"}, {key: ana, path: path + "/cancel"}}[round%3]
			for _, r := range s.atOnce(move{key: beto, path: path + "/approve"}, other) {
				if r.status != 200 && r.problem(409, "state_conflict") != "" && r.problem(409, "not_cancellable") != "" {
					t.Errorf("%d %s", r.status, r.body)
				}
			}
			s.settle()
			r := s.get(path)
			state, sent := str(r["status"]), len(s.live(x.network, id))
			approvals := 0
			for _, step := range list(r, "history") {
				if str(step["from"]) == "awaiting_approval" && str(step["to"]) == "queued" {
					approvals++
				}
			}
			switch {
			case state == x.sent:
				if sent != 1 || approvals != 1 || !slices.Contains([]string{"beto", "zoe"}, str(r["approved_by"])) {
					t.Errorf("%d at the network, %d approvals: %v", sent, approvals, r)
				}
			case state != "cancelled" || sent != 0 || round%3 == 0:
				t.Errorf("%d at the network: %v", sent, r)
			}
			reserved := map[bool]int64{true: amount}[state == x.sent]
			if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != reserved {
				t.Errorf("%s: %v", state, p)
			}
			if state == "cancelled" { // for good
				s.refused(409, "state_conflict", s.as(zoe, "POST", path+"/approve", nil))
				s.refused(409, "state_conflict", s.as(beto, "POST", path+"/approve", nil))
			}
			ended[state]++
		}
	}
	if ended[peru().sent]+ended[colombia().sent] < 4 {
		t.Errorf("%v", ended)
	}
}

// TestAfterAnExplicitCancel nobody's approval counts, of a payout either, and nothing is sent or reserved.
func TestAfterAnExplicitCancel(t *testing.T) {
	t.Parallel()
	s := start(t)
	zoe := str(s.key("person", "zoe", "role", "admin")["key"])
	x := colombia()
	payment, amount := s.large(x)
	refund, payout := "/v1/refunds/"+s.back(x, payment, amount), "/v1/payouts/"+str(s.want(201, s.payout("C-1", amount))["id"])
	for _, path := range []string{refund, payout} {
		hash := str(s.get(path)["approval"].(doc)["hash"])
		s.want(200, s.as(ana, "POST", path+"/cancel", nil))
		for _, key := range []string{beto, zoe} {
			s.refused(409, "state_conflict", s.as(key, "POST", path+"/approve", doc{"hash": hash}))
		}
		s.want(200, s.as(ana, "POST", path+"/cancel", nil))
		s.settle()
		if r := s.get(path); str(r["status"]) != "cancelled" || r["approved_by"] != nil || len(s.live(x.network, str(r["id"]))) != 0 {
			t.Errorf("%v", r)
		}
	}
	if p := s.get("/v1/payments/" + payment); num(p["reserved_amount"]) != 0 {
		t.Errorf("%v", p)
	}
}

// TestAnApprovalDoesNotOutliveACancel: whoever agreed, and clicks again once it has been stopped, is told so and not that all is well.
func TestAnApprovalDoesNotOutliveACancel(t *testing.T) {
	t.Parallel()
	s, x := start(t), colombia()
	payment, amount := s.large(x)
	s.balance("efecty", "efecty-demo", 0) // so that it waits between the two
	path := "/v1/refunds/" + s.back(x, payment, amount)
	for range 2 {
		s.want(200, s.as(beto, "POST", path+"/approve", nil))
		s.settle()
	}
	s.want(200, s.as(ana, "POST", path+"/cancel", nil))
	for range 2 {
		s.refused(409, "state_conflict", s.as(beto, "POST", path+"/approve", nil))
	}
	if r := s.get(path); str(r["status"]) != "cancelled" || str(r["approved_by"]) != "beto" {
		t.Errorf("%v", r)
	}
}

// TestTwoPeopleCloseAtOnce what is held: of two who propose the same one proposes and the other agrees; of two who differ one is
// told, and nothing is closed by one person alone.
func TestTwoPeopleCloseAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	x := peru()
	for round := range 4 {
		payment := s.paid(x)
		id := str(s.want(201, s.as(ana, "POST", "/v1/refunds", with(x.refund(payment, fmt.Sprint("H-", round), x.part), "route", "manual")))["id"])
		path := "/v1/refunds/" + id + "/resolve"
		paid, stop := doc{"action": "confirm_paid", "evidence": "receipt 4711"}, doc{"action": "cancel", "evidence": "case 7"}
		second := []doc{paid, stop}[round%2]
		for _, r := range s.atOnce(move{key: ana, path: path, body: paid}, move{key: beto, path: path, body: second}) {
			if r.status != 200 && r.status != 403 && r.status != 409 {
				t.Errorf("%d %s", r.status, r.body)
			}
		}
		r := s.get("/v1/refunds/" + id)
		if state := str(r["status"]); state != "held" {
			people := map[string]bool{}
			for _, step := range list(r, "history") {
				people[str(step["by"])] = true
			}
			if !people["ana"] || !people["beto"] {
				t.Errorf("%s by %v: %v", state, people, r)
			}
		}
		if round%2 == 1 && str(r["status"]) == "paid" {
			t.Errorf("they did not agree: %v", r)
		}
	}
}
