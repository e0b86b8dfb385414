package carrier

import (
	"errors"
	"strings"
)

// Files is what `apply` gets, or what is in force. A file that is nil is not there; it is left as it is. Connections
// and Mirror are compared elsewhere.
type Files struct{ Nginx, Rules, Connections, Mirror *string }

// Action is what Nginx has to do.
type Action int

const (
	Leave Action = iota
	Start
	Reload
	// Stop also where none runs: the empty configuration is kept.
	Stop
)

// Plan is what an apply changes, and what it asks before that.
type Plan struct {
	Nginx Action
	// Load: nft loads the rules.
	Load bool
	// CheckNginx, CheckRules: the programs read the new file before anything changes. nft alone is atomic.
	CheckNginx, CheckRules bool
	// AskForeign: does somebody else redirect what comes in? Removing redirects is never refused.
	AskForeign bool
	// AskForwarding: does the pod's network forward packets?
	AskForwarding bool
	// RulesFirst: no packet is lost, since Nginx listens before packets are redirected to it, and stops after they are not.
	RulesFirst bool
}

var errNothing = errors.New("neither nginx.conf nor nftables.conf is in the tar")

// decide compares what is in force with what is wanted. Pure.
func decide(now, next Files, running bool) (Plan, error) {
	if next.Nginx == nil && next.Rules == nil {
		return Plan{}, errNothing
	}
	var plan Plan
	if differs(now.Nginx, next.Nginx) {
		plan.Nginx = actionFor(*next.Nginx, running)
	}
	plan.CheckNginx = plan.Nginx == Start || plan.Nginx == Reload
	plan.RulesFirst = next.Nginx == nil || *next.Nginx == ""
	if plan.Load = differs(now.Rules, next.Rules); plan.Load {
		plan.AskForwarding = forwarding(*next.Rules)
		plan.AskForeign = redirecting(*next.Rules)
		plan.CheckRules = plan.CheckNginx
	}
	return plan, nil
}

func actionFor(conf string, running bool) Action {
	switch {
	case conf == "":
		return Stop
	case running:
		return Reload
	default:
		return Start
	}
}

func differs(now, next *string) bool {
	return next != nil && (now == nil || *now != *next)
}

// redirects: the rules send packets elsewhere.
func (f Files) redirects() bool { return f.Rules != nil && redirecting(*f.Rules) }

func redirecting(rules string) bool {
	return forwarding(rules) || strings.Contains(rules, "redirect to")
}

func forwarding(rules string) bool { return strings.Contains(rules, "dnat ip to") }

// beside: if there are rules, there is an original.
func (f Files) beside() bool { return f.Rules != nil && *f.Rules != "" }
