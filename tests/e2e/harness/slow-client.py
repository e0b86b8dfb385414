"""slow-client.py HOST COUNT SECONDS HEADER: COUNT requests at once, each under way for so long; prints the answers' bodies as JSON."""
import json, socket, sys, threading, time

host, count, seconds, header = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
answers = []

def ask():
    try:
        with socket.create_connection((host, 80), timeout=seconds + 10) as connection:
            connection.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\n".encode())
            time.sleep(seconds)
            connection.sendall(f"{header}\r\n\r\n".encode())
            with connection.makefile() as answer:
                answers.append(answer.read().split("\n\n", 1)[-1].strip()[:80])
    except Exception as error:
        answers.append(str(error)[:80])

threads = [threading.Thread(target=ask) for _ in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(answers))
