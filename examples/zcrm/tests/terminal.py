#!/usr/bin/env -S python3 -S
"""Runs a program at a terminal: terminal.py STEPS PROGRAM ARGUMENTS...

STEPS is a JSON list of pairs: what to wait for on the screen, and what to type then. Prints all that the screen showed, and
ends with the program's exit code.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios

PATIENCE = 60

steps = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))

screen, seen = b"", 0
while True:
    if steps and (place := screen.find(steps[0][0].encode(), seen)) >= 0:
        awaited, typed = steps.pop(0)
        seen = place + len(awaited.encode())
        os.write(terminal, typed.encode())
        continue
    if not select.select([terminal], [], [], PATIENCE)[0]:
        sys.exit(f"{steps[:1]} is not on the screen: {screen!r}")
    try:
        shown = os.read(terminal, 65536)
    except OSError:
        shown = b""
    if not shown:
        break
    screen += shown
_, status = os.waitpid(child, 0)
sys.stdout.buffer.write(screen)
sys.exit(os.waitstatus_to_exitcode(status))
