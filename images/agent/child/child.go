// Package child runs the real programs beneath the agent (ip, wg, nft, nginx, coredns), each with a deadline.
package child

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Patience is how long a program may take that does its work at once.
const Patience = 30 * time.Second

// What a killed program's own children may hold open.
const afterwards = time.Second

// Error says how a program failed. Its text is what the program said, or else how it ended.
type Error struct {
	Program string
	Code    int
	Stderr  string
	cause   error
}

func (e *Error) Error() string {
	if e.Stderr != "" {
		return e.Stderr
	}
	return fmt.Sprintf("%s: %v", e.Program, e.cause)
}

func (e *Error) Unwrap() error { return e.cause }

// Run runs a program to its end, and returns what it printed, without the last line break.
func Run(program string, args ...string) (string, error) {
	return Program{Name: program, Args: args}.Run()
}

// Program is a program to run to its end.
type Program struct {
	Name  string
	Args  []string
	Input []byte
	// Environment has variables beside the agent's own.
	Environment []string
	// Deadline: 0 means Patience.
	Deadline time.Duration
}

// Run is as the function of that name.
func (p Program) Run() (string, error) {
	deadline := p.Deadline
	if deadline == 0 {
		deadline = Patience
	}
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	command := exec.CommandContext(ctx, p.Name, p.Args...)
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(p.Input), &stdout, &stderr
	command.Env = append(command.Environ(), p.Environment...)
	command.WaitDelay = afterwards
	err := command.Run()
	printed := strings.TrimRight(stdout.String(), "\n")
	if err == nil {
		return printed, nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("it took more than %v", deadline)
	}
	failed := &Error{Program: p.Name, Code: -1, Stderr: strings.TrimSpace(stderr.String()), cause: err}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		failed.Code = exit.ExitCode()
	}
	return printed, failed
}
