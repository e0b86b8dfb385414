// Package role describes the programs of the agent as data: what runs, what `agent help` prints, and how it ends.
package role

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gefyra/agent/settings"
)

// Role is a program of the agent, run as `agent NAME COMMAND` or, through a link of its name, as `NAME COMMAND`.
type Role struct {
	Name  string
	About string
	// Settings is a struct as in package settings; nil: there are none.
	Settings any
	Commands []Command
}

// Command is what a role does. Its arguments are as many as the words of Arguments, of which one in brackets may be
// missing, and one that ends in "…" takes all that follow.
type Command struct {
	Name      string
	Arguments string
	About     string
	Run       func(args []string) error
}

// ExitError ends the program with a code of its own; any other error ends it with 1.
type ExitError struct {
	Code int
	Err  error
}

func (e *ExitError) Error() string { return e.Err.Error() }
func (e *ExitError) Unwrap() error { return e.Err }

// Do runs the command that the arguments name.
func (r Role) Do(args []string) error {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	at := slices.IndexFunc(r.Commands, func(one Command) bool { return one.Name == name })
	if at < 0 {
		return fmt.Errorf("unknown command '%s': %s", name, r.names())
	}
	command := r.Commands[at]
	if !command.takes(len(args) - 1) {
		return fmt.Errorf("usage: %s %s", r.Name, strings.TrimSpace(name+" "+command.Arguments))
	}
	return command.Run(args[1:])
}

func (c Command) takes(count int) bool {
	words := strings.Fields(c.Arguments)
	least := len(slices.DeleteFunc(slices.Clone(words), func(word string) bool { return word[0] == '[' }))
	return count >= least && (count <= len(words) || strings.HasSuffix(c.Arguments, "…"))
}

// names lists the commands as words of a sentence.
func (r Role) names() string {
	var names []string
	for _, command := range r.Commands {
		names = append(names, command.Name)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Help prints what the role is for, its commands and its settings.
func (r Role) Help(to io.Writer) {
	fmt.Fprintf(to, "agent %s: %s\n\n", r.Name, r.About)
	for _, command := range r.Commands {
		fmt.Fprintf(to, "  %s\n      %s\n", strings.TrimSpace(r.Name+" "+command.Name+" "+command.Arguments), command.About)
	}
	if r.Settings != nil {
		fmt.Fprintf(to, "\nSettings, from the environment:\n\n%s", settings.Describe(r.Settings))
	}
}

// Log writes a line to the container's log.
func Log(name, format string, values ...any) {
	fmt.Printf(name+": "+format+"\n", values...)
}
