package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gefyra/agent/role"
)

func TestHelpNamesEveryRole(t *testing.T) {
	var out strings.Builder
	if err := run("help", nil, &out); err != nil {
		t.Fatal(err)
	}
	for _, one := range roles {
		if !strings.Contains(out.String(), "agent "+one.Name+": "+one.About) {
			t.Errorf("no %s in:\n%s", one.Name, out.String())
		}
		var own strings.Builder
		if err := run("help", []string{one.Name}, &own); err != nil || !strings.Contains(own.String(), one.Commands[0].About) {
			t.Errorf("help %s: %v\n%s", one.Name, err, own.String())
		}
	}
}

func TestAnUnknownRoleIsRefused(t *testing.T) {
	for _, args := range [][]string{nil, {"pilot"}} {
		if err := run("help", args, &strings.Builder{}); (err == nil) != (args == nil) {
			t.Errorf("help %v: %v", args, err)
		}
	}
	if err := run("pilot", nil, nil); err == nil || err.Error() != "unknown role 'pilot': see 'agent help'" {
		t.Errorf("%v", err)
	}
}

func TestAnErrorMayHaveAnExitCodeOfItsOwn(t *testing.T) {
	own := fmt.Errorf("wrapped: %w", &role.ExitError{Code: 4, Err: errors.New("foreign")})
	if codeOf(own) != 4 || codeOf(errors.New("any")) != 1 {
		t.Errorf("%d, %d", codeOf(own), codeOf(errors.New("any")))
	}
}
