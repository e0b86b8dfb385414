// polyglot NAME [ADDRESS [PORT]]: an app that says who it is, in several protocols, each on a port of its own. It listens
// on all IPv4 addresses unless told which; with a port it speaks in lines there, and nothing else.
//
// polyglot kept HOST:PORT CLIENTS: clients that keep their connections (kept.go).
//
//	8001 HTTP/1.1: /echo sends the body back as it comes, /count only its size, /events sends two events 1 s apart,
//	     /ticks one every 100 ms without end,
//	     /upgrade answers 101 and then sends bytes back; anything else is answered with what was asked, as JSON
//	8002 HTTP/2 without TLS: gRPC is sent back with trailers, but a health check is told SERVING; anything else is
//	     answered with what was asked, as JSON
//	8003 lines, each sent back after the name
//	8004 a server that speaks first
//	8005 UDP: each datagram is sent back after the name
//	8006 HTTP/1.1 and HTTP/2: answered with who it is and the protocol, as JSON; ?headers=SIZE answers with long headers,
//	     /vanish with nothing, /nonsense with a header that is none, /much with 64 MB
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: polyglot NAME [ADDRESS [PORT]]")
	}
	if os.Args[1] == "kept" {
		clients, err := strconv.Atoi(os.Args[3])
		if err != nil {
			log.Fatal(err)
		}
		kept(os.Args[2], clients)
		return
	}
	name, address := os.Args[1], "0.0.0.0"
	if len(os.Args) > 2 {
		address = os.Args[2]
	}
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-ends
		os.Exit(0)
	}()
	lines := func(connection net.Conn) { answer(connection, name+" ") }
	if len(os.Args) > 3 {
		each(listen(address, os.Args[3]), lines)
	}
	go each(listen(address, "8001"), func(connection net.Conn) { http1(connection, name) })
	go http2(listen(address, "8002"), name)
	go both(listen(address, "8006"), name)
	go each(listen(address, "8003"), lines)
	go each(listen(address, "8004"), func(connection net.Conn) {
		fmt.Fprintf(connection, "220 %s\r\n", name)
		answer(connection, "250 "+name+" ")
	})
	packets, err := net.ListenPacket("udp"+family(address), net.JoinHostPort(address, "8005"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening")
	datagrams(packets, name+" ")
}

func family(address string) string {
	if strings.Contains(address, ":") {
		return "6"
	}
	return "4"
}

func listen(address, port string) net.Listener {
	listener, err := net.Listen("tcp"+family(address), net.JoinHostPort(address, port))
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

// each serves every connection and closes it.
func each(listener net.Listener, serve func(net.Conn)) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer connection.Close()
			serve(connection)
		}()
	}
}

// answer sends back what comes, as it comes.
func answer(connection net.Conn, before string) {
	buffer := make([]byte, 65536)
	for {
		size, err := connection.Read(buffer)
		if size > 0 {
			connection.Write([]byte(before + string(buffer[:size])))
		}
		if err != nil {
			return
		}
	}
}

func datagrams(packets net.PacketConn, before string) {
	buffer := make([]byte, 65536)
	for {
		size, from, err := packets.ReadFrom(buffer)
		if err != nil {
			log.Fatal(err)
		}
		packets.WriteTo([]byte(before+string(buffer[:size])), from)
	}
}
