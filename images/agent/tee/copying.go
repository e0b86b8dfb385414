package tee

import "regexp"

// speech is what a client's first bytes show.
type speech int

const (
	// unknown protocols are copied as long as the copy lives.
	unknown speech = iota
	// http1: the copy may start again with each request.
	http1
	// http2: its headers are compressed with those before, so a copy begins at the start or not at all.
	http2
	// private: TLS, which has keys of the original's, or a probe of the kubelet, which asks the original alone.
	private
)

var (
	requestLine = regexp.MustCompile(`^[A-Z][A-Z-]{1,19} [^ \r\n]+( HTTP/1\.[01]\r?\n|$)`)
	preface     = regexp.MustCompile(`^PRI \* HTTP/2\.0\r\n`)
	tls         = regexp.MustCompile(`^\x16\x03[\x00-\x04]`)
	// The kubelet makes a connection for each probe.
	kubelet = regexp.MustCompile(`(?i)\r\nuser-agent: *kube-probe/`)
)

// speechOf is pure.
func speechOf(first []byte) speech {
	switch {
	case tls.Match(first):
		return private
	case preface.Match(first):
		return http2
	case !requestLine.Match(first):
		return unknown
	case kubelet.Match(first):
		return private
	default:
		return http1
	}
}

// copying is what one client says, to the local container. With HTTP/1, each request begins a new connection of the copy
// unless the last one is answered: so a request at a breakpoint holds up no other, and a server that closes after each answer
// gets all of them.
type copying struct {
	mirror *mirror
	speech speech
	begun  bool
	// over: nothing of this connection is copied any more.
	over bool
	line *line
}

// offer never waits.
func (c *copying) offer(said []byte) {
	if c.over {
		return
	}
	target := c.mirror.target()
	begins := c.begins(said)
	if c.line != nil && (c.line.to != target || c.line.isOver() || begins && !c.line.mayAskAgain()) {
		c.drop(begins && c.line.to == target)
	}
	if c.line == nil {
		if begins && target != "" {
			c.line = c.mirror.tee.openLine(target, c.speech)
		}
		c.over = c.line == nil && c.speech != http1
	}
	if c.line != nil && !c.line.put(said) {
		c.drop(false)
	}
}

// begins: a copy may begin with these bytes.
func (c *copying) begins(said []byte) bool {
	if c.begun {
		return c.speech == http1 && requestLine.Match(said)
	}
	c.begun, c.speech = true, speechOf(said)
	if c.speech == private {
		c.mirror.tee.counts.private.Add(1)
	}
	return c.speech != private
}

// drop: the line may finish what it has, or is closed at once.
func (c *copying) drop(finish bool) {
	if finish {
		c.line.end()
	} else {
		c.line.giveUp()
	}
	c.line = nil
	c.over = c.speech != http1
}

func (c *copying) end() {
	if c.line != nil {
		c.line.end()
	}
}
