// Package settings reads a role's settings from the environment into a struct: each field has its variable and default in
// the tags of github.com/caarlos0/env, and what it means in the tag `help`.
package settings

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Read returns the settings, or all that is wrong with them.
func Read[T any]() (T, error) {
	read, err := env.ParseAsWithOptions[T](env.Options{FuncMap: parsers})
	var all env.AggregateError
	if !errors.As(err, &all) {
		return read, err
	}
	problems := make([]error, len(all.Errors))
	for i, problem := range all.Errors {
		problems[i] = fmt.Errorf("cannot use the settings: %w", problem)
	}
	return read, errors.Join(problems...)
}

// The program of the user's machine hands waits on in whole seconds.
var parsers = map[reflect.Type]env.ParserFunc{
	reflect.TypeFor[time.Duration](): func(text string) (any, error) {
		wait, err := time.ParseDuration(text)
		if seconds, failed := strconv.Atoi(text); failed == nil {
			wait, err = time.Duration(seconds)*time.Second, nil
		}
		if err != nil || wait <= 0 {
			return nil, fmt.Errorf("%q is not a number of seconds, nor a duration as 1.5s", text)
		}
		return wait, nil
	},
}

// Describe prints a line for each setting: variable, default and meaning.
func Describe(settings any) string {
	var lines strings.Builder
	kind := reflect.TypeOf(settings)
	for i := range kind.NumField() {
		field := kind.Field(i)
		if field.Anonymous || field.Type.Kind() == reflect.Struct && field.Tag.Get("env") == "" {
			lines.WriteString(Describe(reflect.Zero(field.Type).Interface()))
			continue
		}
		tag := field.Tag
		name, needed, _ := strings.Cut(tag.Get("env"), ",")
		help := tag.Get("help")
		if standard := tag.Get("envDefault"); standard != "" {
			help += " (default " + standard + ")"
		} else if needed == "" {
			help += " (may be empty)"
		}
		fmt.Fprintf(&lines, "  %s\n      %s\n", name, help)
	}
	return lines.String()
}
