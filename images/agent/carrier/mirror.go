package carrier

import (
	"gefyra/agent/tee"
)

// limits of the copies of mirrored ports.
func (s Settings) limits() tee.Limits {
	return tee.Limits{
		Connect: s.MirrorConnect, Quiet: s.MirrorQuiet, Hold: s.MirrorHold,
		Queue: s.MirrorQueue, All: s.MirrorAll, Copies: s.MirrorCopies, Late: s.Late,
	}
}

// listenMirrored accepts connections of all ports that are wanted, before anything leads there. It returns what makes these
// the only ones, or those of before where the apply fails.
func (c *carrier) listenMirrored(next Files) (func(applied bool), error) {
	if next.Mirror == nil {
		return func(bool) {}, nil
	}
	ports, err := tee.Parse([]byte(*next.Mirror))
	if err != nil {
		return nil, refuse("%s refused, nothing changed: %v", mirrorFile, err)
	}
	if err := c.tee.Listen(ports); err != nil {
		return nil, refuse("nothing changed: cannot mirror: %v", err)
	}
	return func(applied bool) {
		if applied {
			c.mirrored = ports
		}
		c.tee.Use(c.mirrored)
	}, nil
}
