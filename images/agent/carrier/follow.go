package carrier

import (
	"encoding/json"
	"path/filepath"
	"strconv"

	"gefyra/agent/files"
)

// agent is this program under its own name: what closes connections runs in processes of its own, so that its memory is
// not kept.
const agent = "agent"

// follow has open connections follow the state that was applied, and returns how many are to. The state is applied, whether
// they follow or not.
func (c *carrier) follow(ports string) int {
	file := filepath.Join(c.state, connectionsFile+".apply")
	err := files.Replace(file, []byte(ports))
	if err == nil {
		var said string
		if said, err = c.programs.tell(agent, "connections", "switch", c.state, file); err == nil {
			count, _ := strconv.Atoi(said)
			return count
		}
	}
	log("open connections do not follow: %v", err)
	return 0
}

// followed says what became of those connections; nil: there were none.
func (p *programs) followed() json.RawMessage {
	if reports, _ := filepath.Glob(filepath.Join(p.state, "drain-*.json")); len(reports) == 0 {
		return nil
	}
	said, err := p.tell(agent, "connections", "report", p.state)
	if err != nil || said == "[]" || !json.Valid([]byte(said)) {
		return nil
	}
	return json.RawMessage(said)
}
