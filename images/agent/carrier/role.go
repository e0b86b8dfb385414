package carrier

import (
	"gefyra/agent/role"
	"gefyra/agent/settings"
)

const name = "carrier"

// Role takes the traffic of the pod it runs in.
var Role = role.Role{
	Name:     name,
	About:    "takes the traffic of the pod it runs in",
	Settings: Settings{},
	Commands: []role.Command{
		{Name: "run", Arguments: "[ARGUMENT]…", Run: with(run),
			About: "waits for its configuration and keeps Nginx running; arguments are ignored"},
		{Name: "apply", Run: with(asking("apply")),
			About: "reads a tar from stdin: nginx.conf (an empty one stops Nginx) and nftables.conf"},
		{Name: "status", Run: with(asking("status")),
			About: "prints as JSON what it does and which protocols it has seen"},
		{Name: "source", Arguments: "ADDRESS", Run: source,
			About: "prints the address that connections from here to that one come from"},
		{Name: "running", Run: with(running),
			About: "succeeds when `carrier run` is up in this container"},
	},
}

func with(command func(Settings) error) func([]string) error {
	return func([]string) error {
		read, err := settings.Read[Settings]()
		if err != nil {
			return err
		}
		return command(read)
	}
}

func log(format string, values ...any) { role.Log(name, format, values...) }
