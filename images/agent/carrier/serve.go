package carrier

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"gefyra/agent/tee"
)

// answer is what `run` says to a command: what that prints, and how it exits; an error where that is not 0.
type answer struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

// serve answers commands until the listener is closed.
func (c *carrier) serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(c.Poll)
			continue
		}
		go func() {
			defer connection.Close()
			connection.SetReadDeadline(time.Now().Add(c.Read))
			reader := bufio.NewReader(connection)
			command, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			json.NewEncoder(connection).Encode(c.answer(strings.TrimSpace(command), reader))
			// What the command needed goes back to the system.
			time.AfterFunc(c.Late, debug.FreeOSMemory)
		}()
	}
}

func (c *carrier) answer(command string, input *bufio.Reader) answer {
	if command == "status" {
		return c.status()
	}
	next, err := readFiles(input)
	var done outcome
	if err == nil {
		done, err = c.apply(next)
	}
	var refused refusal
	switch {
	case errors.As(err, &refused):
		return answer{Code: refused.code, Text: refused.said}
	case err != nil:
		return answer{Code: exitRefused, Text: err.Error()}
	default:
		return answer{Text: done.String()}
	}
}

func (c *carrier) status() answer {
	c.mutex.Lock()
	conf, running := c.now.Nginx, c.current != nil
	c.mutex.Unlock()
	status := struct {
		Configured bool     `json:"configured"`
		Config     string   `json:"config"`
		Nginx      string   `json:"nginx"`
		Spoken     []string `json:"spoken"`
		// Connections is as `agent connections report` prints it; absent if none were to follow.
		Connections json.RawMessage `json:"connections,omitempty"`
		// Mirror is absent if nothing was mirrored.
		Mirror *tee.Seen `json:"mirror,omitempty"`
	}{Configured: conf != nil, Nginx: "stopped", Spoken: c.spoken(), Connections: c.programs.followed()}
	if seen := c.tee.Counts(); seen.Connections > 0 {
		status.Mirror = &seen
	}
	if conf != nil {
		digest := sha256.Sum256([]byte(*conf))
		status.Config = hex.EncodeToString(digest[:])
	}
	if running {
		status.Nginx = "running"
	}
	text, err := json.Marshal(status)
	if err != nil {
		return answer{Code: exitRefused, Text: err.Error()}
	}
	return answer{Text: string(text)}
}

// spoken names the protocols that Nginx has seen since nginx.conf changed, sorted.
func (c *carrier) spoken() []string {
	names := []string{}
	entries, _ := os.ReadDir(c.state)
	for _, entry := range entries {
		if name, ok := strings.CutPrefix(entry.Name(), spoken); ok {
			names = append(names, name)
		}
	}
	return names
}

// listen for the commands of this container.
func listen(state string) (net.Listener, error) {
	return net.Listen("unix", filepath.Join(state, socketFile))
}
