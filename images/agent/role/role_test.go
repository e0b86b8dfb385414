package role

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func roleFor(ran *[]string) Role {
	run := func(name string) func([]string) error {
		return func(args []string) error {
			*ran = append([]string{name}, args...)
			return nil
		}
	}
	return Role{
		Name:  "ship",
		About: "sails",
		Settings: struct {
			Speed int `env:"SHIP_SPEED" envDefault:"7" help:"in knots"`
		}{},
		Commands: []Command{
			{Name: "sail", About: "leaves the port", Run: run("sail")},
			{Name: "load", Arguments: "WEIGHT [PLACE]", About: "takes freight", Run: run("load")},
			{Name: "call", Arguments: "PORT…", About: "visits ports", Run: run("call")},
			{Name: "sink", About: "fails", Run: func([]string) error { return errors.New("cannot sink") }},
		},
	}
}

func TestTheArgumentsChooseTheCommand(t *testing.T) {
	for _, row := range []struct {
		args  string
		ran   string
		error string
	}{
		{"sail", "sail", ""},
		{"load 7", "load 7", ""},
		{"load 7 aft", "load 7 aft", ""},
		{"call a b c", "call a b c", ""},
		{"", "", "unknown command '': sail, load, call or sink"},
		{"fly", "", "unknown command 'fly': sail, load, call or sink"},
		{"sail fast", "", "usage: ship sail"},
		{"load", "", "usage: ship load WEIGHT [PLACE]"},
		{"load 7 aft twice", "", "usage: ship load WEIGHT [PLACE]"},
		{"call", "", "usage: ship call PORT…"},
		{"sink", "", "cannot sink"},
	} {
		var ran []string
		err := roleFor(&ran).Do(strings.Fields(row.args))
		message := ""
		if err != nil {
			message = err.Error()
		}
		if !slices.Equal(ran, strings.Fields(row.ran)) || message != row.error {
			t.Errorf("%q ran %v with %q, want %q with %q", row.args, ran, message, row.ran, row.error)
		}
	}
}

func TestHelpNamesCommandsAndSettings(t *testing.T) {
	var help strings.Builder
	var ran []string
	roleFor(&ran).Help(&help)
	for _, want := range []string{"agent ship: sails", "ship load WEIGHT [PLACE]\n      takes freight", "SHIP_SPEED", "in knots", "7"} {
		if !strings.Contains(help.String(), want) {
			t.Errorf("no %q in:\n%s", want, help.String())
		}
	}
}
