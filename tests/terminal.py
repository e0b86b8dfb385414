"""Runs a command in a pseudo-terminal, and types when it says something: terminal.py '[["text", "keys"], …]' COMMAND…

Prints all that it has said; exits as the command does, or with 125 if a text has not come.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

TIMEOUT_S = 60

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    os.execvp(command[0], command)
said, heard, end = b"", 0, time.monotonic() + TIMEOUT_S
while time.monotonic() < end:
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        part = os.read(terminal, 65536)
    except OSError:  # As Linux tells the end.
        break
    if not part:
        break
    said += part
    if steps and steps[0][0].encode() in said[heard:]:
        heard = len(said)
        # The program reads keys as soon as it has drawn the question.
        time.sleep(0.2)
        os.write(terminal, steps.pop(0)[1].encode())
else:
    os.kill(pid, 9)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(said)
sys.exit(125 if steps else status if status >= 0 else 128 - status)
