// The portable gefyra: one file with Deno and the program in it. It unpacks them once into the user's cache, and then
// becomes `deno run … gefyra.js`.
//
// Variables: GEFYRA_CACHE_DIR is the folder to unpack into (default: gefyra/program in the user's cache folder).
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

func main() {
	if err := start(); err != nil {
		fmt.Fprintf(os.Stderr, "Error: Cannot start gefyra: %v\n", err)
		fmt.Fprintln(os.Stderr, "  → set GEFYRA_CACHE_DIR to a folder that you may write to and run programs in")
		os.Exit(1)
	}
}

func start() error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	payload, err := findPayload(file)
	if err != nil {
		return err
	}
	folder, err := unpacked(payload, candidates())
	if err != nil {
		return err
	}
	arguments, err := readArguments(folder)
	if err != nil {
		return err
	}
	deno := filepath.Join(folder, "deno")
	arguments = append(append([]string{deno}, arguments...), filepath.Join(folder, "program", "gefyra.js"))
	return syscall.Exec(deno, append(arguments, os.Args[1:]...), environment(filepath.Dir(folder)))
}

// environment is the user's own, and keeps what Deno caches beside the program, where the user has no Deno.
func environment(cache string) []string {
	variables := append(os.Environ(), "DENO_NO_UPDATE_CHECK=1", "DENO_NO_PACKAGE_JSON=1")
	if os.Getenv("DENO_DIR") == "" {
		variables = append(variables, "DENO_DIR="+filepath.Join(cache, "deno"))
	}
	return variables
}
