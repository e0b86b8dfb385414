package carrier

import (
	"errors"
	"path/filepath"
	"strings"

	"gefyra/agent/child"
	"gefyra/agent/contract"
)

// tell runs a program to its end; the error is the first line of what it said.
func (p *programs) tell(name string, args ...string) (string, error) {
	said, err := child.Program{Name: name, Args: args, Deadline: p.Check}.Run()
	if err == nil {
		return said, nil
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return "", errors.New(line)
}

// checkNginx has Nginx read a file of the state without using it.
func (p *programs) checkNginx(file string) error {
	_, err := p.tell(p.nginx()[0], append(p.nginx()[1:], "-q", "-t", "-c", filepath.Join(p.state, file))...)
	return err
}

// rules has nft read a file of the state.
func (p *programs) rules(file string, options ...string) error {
	_, err := p.tell("nft", append(options, "-f", filepath.Join(p.state, file))...)
	return err
}

// redirector tells who, other than Carrier, redirects inbound traffic in the pod's network. Empty: nobody, as far as can
// be seen.
func (p *programs) redirector() string {
	ruleset, err := p.tell("nft", "--json", "list", "ruleset")
	if err == nil {
		var chain string
		if chain, err = foreignRedirect([]byte(ruleset)); chain != "" {
			return chain
		}
	}
	if err != nil {
		log("cannot list the pod's rules: %v", err)
	}
	target, err := legacyRedirect()
	if err != nil {
		log("cannot list %v", err)
	}
	if target == "" {
		return ""
	}
	return "iptables, " + target
}

// restore has new connections go to the original; open ones go on.
func (p *programs) restore() {
	if _, err := p.tell("nft", "flush", "chain", "ip", contract.NftablesTable, contract.NftablesChain); err != nil {
		log("cannot restore the original: %v", err)
	}
}
