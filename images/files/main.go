// Command files keeps directories of a pod and of a local container equal: real rsync on both ends, in TLS.
//
// In the pod, in an ephemeral container of Carrier's image, as any user and without capabilities:
//
//	files serve ADDRESS SECONDS   listens on a port of ADDRESS; ends when no client was there for so long, or all said bye
//	files allow                   reads {"peer": key, "shares": [{"name", "path", "write"}]} from stdin, replaces what this
//	                              peer may have, and prints {"address", "identity", "shares": [{"name", "kind", "problem"}]},
//	                              or {"ending": true}
//
// On the user's machine, in a container of Cargo's image:
//
//	files follow     does what `join` said last, and goes on doing so (the entrypoint)
//	files identity   prints the key that the pod is to allow
//	files join       reads {"address", "identity", "shares": [{"name", "folder", "file", "back"}]} from stdin
//	files leave      tells the pod that nobody comes again, and follows nothing any longer
//	files status     prints {"connected", "problem", "shares": [{"name", "filled", "problem"}]}
//	files store DIR  reads {NAME: TEXT} from stdin and replaces each file whole
//	files dial …     what rsync calls instead of ssh
//
// Each end makes its own key when it starts, which never leaves it. A key's name is the SHA-256 of its public part. The
// names travel over `pods/exec` and Docker's socket, so each end knows the one key that it talks to.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "files: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	command, rest := "", []string{}
	if len(args) > 0 {
		command, rest = args[0], args[1:]
	}
	switch {
	case command == "serve" && len(rest) == 2:
		return serve(rest[0], rest[1])
	case command == "allow":
		return allow(os.Stdin, os.Stdout)
	case command == "follow":
		return follow()
	case command == "identity":
		return printIdentity(os.Stdout)
	case command == "join":
		return join(os.Stdin)
	case command == "leave":
		return leave()
	case command == "status":
		return printStatus(os.Stdout)
	case command == "store" && len(rest) == 1:
		return store(rest[0], os.Stdin)
	case command == "dial" && len(rest) > 1:
		return dial(rest[1:])
	}
	return fmt.Errorf("unknown command: serve, allow, follow, identity, join, leave, status, store or dial")
}

func log(format string, values ...any) {
	fmt.Printf("files: "+format+"\n", values...)
}
