"""A mesh's strict proxy: takes what comes to the pod on 15006 and what leaves it on 15001, as Istio's does.

What comes in without the header `X-Mtls: yes`, which stands for mutual TLS here, is cut off; all else gets to the app.
"""
import socket
import struct
import sys
import threading

INBOUND, OUTBOUND, ORIGINAL_DST = 15006, 15001, 80


def original(connection):
    address = connection.getsockopt(socket.SOL_IP, ORIGINAL_DST, 16)
    port, ip = struct.unpack("!2xH4s8x", address)
    return socket.inet_ntoa(ip), port


def pipe(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def join(client, server, begun=b""):
    server.sendall(begun)
    other = threading.Thread(target=pipe, args=(server, client), daemon=True)
    other.start()
    pipe(client, server)
    other.join()
    server.close()
    client.close()


def inbound(client):
    try:
        head = b""
        while b"\r\n\r\n" not in head and (data := client.recv(65536)):
            head += data
        if b"x-mtls: yes" not in head.lower():
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return client.close()
        port = original(client)[1]
        join(client, socket.create_connection(("127.0.0.1", port), 5, ("127.0.0.6", 0)), head)
    except OSError:
        client.close()


def outbound(client):
    try:
        join(client, socket.create_connection(original(client), 5))
    except OSError:
        client.close()


def serve(port, handle):
    server = socket.create_server(("0.0.0.0", port), backlog=128)
    while True:
        threading.Thread(target=handle, args=(server.accept()[0],), daemon=True).start()


threading.Thread(target=serve, args=(OUTBOUND, outbound), daemon=True).start()
print("listening", flush=True)
sys.exit(serve(INBOUND, inbound))
