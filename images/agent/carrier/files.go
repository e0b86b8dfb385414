package carrier

import (
	"io"
	"path"

	"gefyra/agent/control"
)

// mostBytes of a configuration: many times what 64 ports with all their rules need.
const mostBytes = 16 << 20

// readFiles reads what `apply` sends. Other files are for others.
func readFiles(from io.Reader) (Files, error) {
	sent, err := control.ReadFiles(from, mostBytes)
	if err != nil {
		return Files{}, err
	}
	var files Files
	for name, text := range sent {
		switch path.Clean(name) {
		case nginxFile:
			files.Nginx = &text
		case rulesFile:
			files.Rules = &text
		case connectionsFile:
			files.Connections = &text
		case mirrorFile:
			files.Mirror = &text
		}
	}
	return files, nil
}
