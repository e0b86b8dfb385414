// Command agent is every program of Gefyra's that handles traffic, as one binary.
//
//	agent ROLE COMMAND …   runs a command of a role; a link with the role's name does the same: ROLE COMMAND …
//	agent help [ROLE]      prints the roles, or the commands and settings of one
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gefyra/agent/cargo"
	"gefyra/agent/carrier"
	"gefyra/agent/connections"
	"gefyra/agent/relay"
	"gefyra/agent/role"
	"gefyra/agent/stowaway"
)

const program = "agent"

var roles = []role.Role{
	carrier.Role,
	stowaway.Role,
	cargo.Role,
	connections.Role,
	relay.Role,
}

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	do := func(args []string) error { return run(name, args, os.Stdout) }
	if _, ok := find(name); !ok {
		switch {
		case name != program && carrier.StandsIn():
			do = func(args []string) error { return carrier.StandIn(name, args) }
		case len(args) > 0:
			name, args = args[0], args[1:]
		}
	}
	if err := do(args); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(codeOf(err))
	}
}

func run(name string, args []string, out io.Writer) error {
	if name == "help" {
		return help(args, out)
	}
	one, ok := find(name)
	if !ok {
		return fmt.Errorf("unknown role '%s': see '%s help'", name, program)
	}
	return one.Do(args)
}

func help(args []string, out io.Writer) error {
	if len(args) == 0 {
		for _, one := range roles {
			fmt.Fprintf(out, "%s %s: %s\n", program, one.Name, one.About)
		}
		return nil
	}
	one, ok := find(args[0])
	if !ok {
		return fmt.Errorf("unknown role '%s': see '%s help'", args[0], program)
	}
	one.Help(out)
	return nil
}

func find(name string) (role.Role, bool) {
	at := slices.IndexFunc(roles, func(one role.Role) bool { return one.Name == name })
	if at < 0 {
		return role.Role{}, false
	}
	return roles[at], true
}

func codeOf(err error) int {
	var exit *role.ExitError
	if errors.As(err, &exit) {
		return exit.Code
	}
	return 1
}
