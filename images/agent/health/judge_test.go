package health

import (
	"slices"
	"testing"
	"time"
)

// step: at this second, Stowaway says that the client of port 10000 has been silent for so many ms (never: it has not
// answered; nothing: no line), and then the original serves, or not.
type step struct {
	at, said int64
	serves   bool
}

const (
	never   = -1
	nothing = -2
)

func TestJudge(t *testing.T) {
	for name, steps := range map[string][]step{
		"a client that answers keeps its traffic": {{0, 300, false}, {1, 900, false}, {60, 0, false}},
		"a Stowaway that never tells anything leaves the decision to the operator": {
			{0, nothing, false}, {100, nothing, false},
		},
		"a client that stops answering":                {{0, 0, false}, {5, 5000, false}, {6, 6000, true}},
		"a Stowaway that stops telling":                {{0, 0, false}, {5, nothing, false}, {6, nothing, true}, {60, nothing, true}},
		"silence of the client and of Stowaway add up": {{0, 3000, false}, {2, nothing, false}, {3, nothing, true}},
		"short silences do not count together":         {{0, 4000, false}, {2, 1000, false}, {5, 4000, false}},
		"back when the client has answered for as long as it takes": {
			{0, 6000, true}, {10, 0, true}, {11, 900, true}, {12, 500, false},
		},
		"answers that come and go bring nothing back": {
			{0, 6000, true}, {10, 0, true}, {13, 3000, true}, {14, 0, true}, {15, 0, true}, {16, 0, false},
		},
		"a client that a new Stowaway has not heard yet stays suspended": {
			{0, 0, false}, {10, nothing, true}, {11, never, true}, {20, never, true}, {21, 0, true}, {23, 100, false},
		},
		"a Stowaway that is gone, before the client has answered": {{0, never, false}, {5, nothing, false}, {6, nothing, true}},
		"a client that has not answered yet keeps what it has":    {{0, never, false}, {1, never, false}, {4, never, false}},
	} {
		t.Run(name, func(t *testing.T) {
			judge := Judge{SuspendAfter: 5 * time.Second, ResumeAfter: 2 * time.Second}
			start := time.Now()
			for _, step := range steps {
				now := start.Add(time.Duration(step.at) * time.Second)
				if step.said != nothing {
					port := Port{Port: 10000}
					if step.said != never {
						port.SilentMs = &step.said
					}
					judge.Hear(Line{Ports: []Port{port}}, now)
				}
				if serves := len(judge.Suspended([]uint16{10000}, now)) > 0; serves != step.serves {
					t.Errorf("at %d s the original serves: %v", step.at, serves)
				}
			}
		})
	}
}

func TestJudgeKnowsTheClientsApart(t *testing.T) {
	judge := Judge{SuspendAfter: 5 * time.Second, ResumeAfter: 2 * time.Second}
	now := time.Now()
	judge.Hear(Line{Ports: []Port{{10000, milliseconds(time.Second)}, {10001, milliseconds(time.Minute)}, {10002, nil}}}, now)
	for _, one := range []struct{ ports, suspended []uint16 }{
		{[]uint16{10002, 10001, 10000}, []uint16{10001}},
		{[]uint16{10000}, []uint16{}},
		{nil, []uint16{}},
	} {
		if suspended := judge.Suspended(one.ports, now); !slices.Equal(suspended, one.suspended) {
			t.Errorf("of %v: %v", one.ports, suspended)
		}
	}
}
