package carrier

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gefyra/agent/contract"
	"gefyra/agent/files"
)

// exitRefused is the code of `apply` where the contract has no other.
const exitRefused = 1

// refusal is why nothing was changed.
type refusal struct {
	code int
	said string
}

func (r refusal) Error() string { return r.said }

func refuse(format string, args ...any) error {
	return refusal{exitRefused, fmt.Sprintf(format, args...)}
}

// outcome of an apply.
type outcome struct {
	// changed: nginx, nftables, in the order of the changes.
	changed []string
	// follow: how many open connections are to.
	follow int
}

func (o outcome) String() string {
	said := "unchanged"
	if len(o.changed) > 0 {
		said = "applied: " + strings.Join(o.changed, " ")
	}
	if o.follow > 0 {
		said += fmt.Sprintf("\nconnections: %d", o.follow)
	}
	return said
}

// apply brings the pod to the wanted files. If a file is refused, the old state stays.
func (c *carrier) apply(next Files) (outcome, error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-time.After(c.Turn):
		return outcome{}, refuse("another apply is still running")
	}
	if c.ctx.Err() != nil {
		return outcome{}, refuse("nothing changed: Carrier is stopping")
	}
	plan, err := decide(c.now, next, c.master() != nil)
	if err != nil {
		return outcome{}, err
	}
	if err := c.check(plan, next); err != nil {
		return outcome{}, err
	}
	mirror, err := c.listenMirrored(next)
	if err != nil {
		return outcome{}, err
	}
	applied := false
	defer func() { mirror(applied) }()
	var done outcome
	steps := []func(Plan, Files) (string, error){c.applyNginx, c.applyRules}
	if plan.RulesFirst {
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, step := range steps {
		name, err := step(plan, next)
		if err != nil {
			return outcome{}, err
		}
		if name != "" {
			done.changed = append(done.changed, name)
		}
	}
	applied = true
	if next.Connections != nil {
		done.follow = c.follow(*next.Connections)
	}
	return done, nil
}

// check asks everything at once, because the user waits; the first that objects is heard.
func (c *carrier) check(plan Plan, next Files) error {
	checks := []struct {
		asked bool
		check func() error
	}{
		{plan.AskForeign, c.checkForeign},
		{plan.AskForwarding, c.checkForwarding},
		{plan.CheckNginx, func() error { return c.checkNginx(*next.Nginx) }},
		{plan.CheckRules, func() error { return c.checkRules(*next.Rules) }},
	}
	said := make([]chan error, len(checks))
	for i, one := range checks {
		said[i] = make(chan error, 1)
		if !one.asked {
			said[i] <- nil
			continue
		}
		go func() { said[i] <- one.check() }()
	}
	var first error
	for _, one := range said {
		if err := <-one; first == nil {
			first = err
		}
	}
	return first
}

func (c *carrier) checkForeign() error {
	who := c.programs.redirector()
	if who == "" {
		return nil
	}
	return refusal{contract.ForeignRedirect, "nothing changed: the pod already redirects inbound traffic (" + who +
		"), as a mesh's proxy does, which mode beside would bypass"}
}

func (c *carrier) checkForwarding() error {
	forwards, err := os.ReadFile(c.Forwarding)
	if err == nil && strings.TrimSpace(string(forwards)) == "0" {
		return refusal{contract.NoForwarding, "nftables.conf refused: the pod does not forward packets"}
	}
	return nil
}

func (c *carrier) checkNginx(conf string) error {
	const file = nginxFile + ".check"
	defer os.Remove(filepath.Join(c.state, file))
	if err := files.Replace(filepath.Join(c.state, file), []byte(conf)); err != nil {
		return err
	}
	if err := c.programs.checkNginx(file); err != nil {
		return refuse("nginx.conf refused, nothing changed: %v", err)
	}
	return nil
}

func (c *carrier) checkRules(rules string) error {
	const file = rulesFile + ".check"
	defer os.Remove(filepath.Join(c.state, file))
	if err := files.Replace(filepath.Join(c.state, file), []byte(rules)); err != nil {
		return err
	}
	if err := c.programs.rules(file, "--check"); err != nil {
		return refuse("nftables.conf refused, nothing changed: %v", err)
	}
	return nil
}

func (c *carrier) applyRules(plan Plan, next Files) (string, error) {
	if !plan.Load {
		return "", nil
	}
	const file = rulesFile + ".load"
	if err := files.Replace(filepath.Join(c.state, file), []byte(*next.Rules)); err != nil {
		return "", err
	}
	if err := c.programs.rules(file); err != nil {
		return "", refuse("nftables.conf refused, nothing changed: %v", err)
	}
	c.setRules(next.Rules)
	log("nftables: new ruleset loaded")
	return "nftables", os.Rename(filepath.Join(c.state, file), filepath.Join(c.state, rulesFile))
}

func (c *carrier) applyNginx(plan Plan, next Files) (string, error) {
	if plan.Nginx == Leave {
		return "", nil
	}
	path, last := filepath.Join(c.state, nginxFile), c.now.Nginx
	if err := files.Replace(path, []byte(*next.Nginx)); err != nil {
		return "", err
	}
	seen, _ := filepath.Glob(filepath.Join(c.state, spoken+"*"))
	for _, one := range seen {
		os.Remove(one)
	}
	if !c.act(plan.Nginx) {
		os.Remove(path)
		if last != nil {
			files.Replace(path, []byte(*last))
		}
		return "", refuse("Nginx did not take nginx.conf")
	}
	c.setNginx(next.Nginx)
	return "nginx", nil
}

// act starts, reloads or stops Nginx; false if the new configuration does not serve.
func (c *carrier) act(action Action) bool {
	master := c.master()
	switch action {
	case Stop:
		log("stopping Nginx: nothing is left to serve")
		c.setMaster(nil)
		if master != nil {
			c.leaving = master
			go master.finish(c.late())
		}
		return true
	case Reload:
		log("Nginx reloads its configuration")
		old := c.programs.look(master).workers
		master.Signal(syscall.SIGHUP)
		return c.programs.awaitServing(c.ctx, master, old)
	}
	if c.leaving != nil {
		// It listens on the same ports until it is told.
		<-c.leaving.told
	}
	log("Nginx starts")
	master, err := c.programs.startNginx(c.nginxEnded)
	if err != nil {
		log("cannot start Nginx: %v", err)
		return false
	}
	c.setMaster(master)
	if c.programs.awaitServing(c.ctx, master, nil) {
		c.setServing(true)
		if master.hasEnded() {
			c.nginxEnded(master)
		}
		return true
	}
	c.setMaster(nil)
	master.Stop(c.Finish)
	return false
}
