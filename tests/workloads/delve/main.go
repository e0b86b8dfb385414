// Delve, the debugger for Go, in the version that the Go of this machine needs.
package main

import "github.com/go-delve/delve/cmd/dlv/cmds"

func main() {
	_ = cmds.New(false).Execute()
}
