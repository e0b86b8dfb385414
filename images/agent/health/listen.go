package health

import (
	"bufio"
	"context"
	"net"
	"time"
)

// Listen calls hear with each line of the Stowaway at address, over one connection that is opened again whenever it ends,
// until the context is over. silence is how long a connection may say nothing, and how long one may take to open.
func Listen(ctx context.Context, address string, silence, again time.Duration, hear func(Line)) {
	for ctx.Err() == nil {
		listenOnce(ctx, address, silence, hear)
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
}

func listenOnce(ctx context.Context, address string, silence time.Duration, hear func(Line)) {
	connection, err := (&net.Dialer{Timeout: silence}).DialContext(ctx, "tcp4", address)
	if err != nil {
		return
	}
	defer connection.Close()
	defer context.AfterFunc(ctx, func() { connection.Close() })()
	lines := bufio.NewScanner(connection)
	lines.Buffer(make([]byte, 0, 1024), mostBytes)
	for {
		_ = connection.SetReadDeadline(time.Now().Add(silence))
		if !lines.Scan() {
			return
		}
		line, err := decode(lines.Bytes())
		if err != nil {
			return
		}
		hear(line)
	}
}
