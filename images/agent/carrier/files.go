package carrier

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"path"
)

// mostBytes of a configuration: many times what 64 ports with all their rules need.
const mostBytes = 16 << 20

// readFiles reads a tar up to its end mark: whoever sends it need not close it.
func readFiles(from io.Reader) (Files, error) {
	var files Files
	archive := tar.NewReader(io.LimitReader(from, mostBytes))
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return Files{}, fmt.Errorf("cannot read the state: not a tar: %w", err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return Files{}, fmt.Errorf("cannot read the state: not a tar: %w", err)
		}
		text := string(content)
		switch path.Clean(header.Name) {
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
}
