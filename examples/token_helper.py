#!/usr/bin/env -S python3 -S
"""Keeps Zoho tokens in SQLite: a sample external program for zcrm-persist-custom, protocol version 1.

In the configuration dictionary:

    "persistence_handler_class_path": "/absolute/path/of/token_helper.py",
    "persistence_handler_class": "tokens.sqlite"

The class is the database file: an absolute path, or a name in ~/.local/share/zcrm. Locks are files beside it. Unix only.
"""

import errno
import fcntl
import hashlib
import json
import os
import select
import sqlite3
import sys
import time

BUSY_SECONDS = 20
TABLE = """CREATE TABLE IF NOT EXISTS tokens (
    user BLOB PRIMARY KEY, access_token TEXT NOT NULL, refresh_token TEXT NOT NULL, expiry_millis INTEGER NOT NULL,
    data_center TEXT)"""


class Refused(Exception):
    """A response of the kind error: kind and message."""


def respond(**fields):
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def text_or_bytes(raw):
    """What is no text stays bytes, so that it is noticed."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def open_database(path):
    os.umask(0o077)  # Files of this program are its user's only.
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    database.text_factory = text_or_bytes
    database.execute("PRAGMA synchronous = FULL")
    database.execute(TABLE)
    return database


def save(path, user, request):
    tokens = request["tokens"]
    row = (user, tokens["access_token"], tokens["refresh_token"], tokens["expiry_millis"], tokens.get("data_center"))
    open_database(path).execute("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?)", row)
    respond(done=True)


def get(path, user, request):
    columns = {"access_token": str, "refresh_token": str, "expiry_millis": int, "data_center": (str, type(None))}
    query = f"SELECT {', '.join(columns)} FROM tokens WHERE user = ?"
    row = open_database(path).execute(query, (user,)).fetchone()
    if row and not all(isinstance(value, kind) for value, kind in zip(row, columns.values())):
        raise Refused("corrupt_row", "the row of this user holds something else than tokens and a time")
    respond(tokens=row and dict(zip(columns, row)))


def delete(path, user, request):
    open_database(path).execute("DELETE FROM tokens WHERE user = ?", (user,))
    respond(done=True)


def list_users(path, user, request):
    query = "SELECT user, expiry_millis, access_token, refresh_token FROM tokens"
    rows = open_database(path).execute(query).fetchall()
    names = ("user", "expiry_millis", "has_access_token", "has_refresh_token")
    respond(users=[dict(zip(names, (name.decode(), end, bool(access), bool(refresh))))
                   for name, end, access, refresh in rows])


def check(path, user, request):
    """A save that is undone: whether the next one would succeed."""
    database = open_database(path)
    database.execute("BEGIN IMMEDIATE")
    room = "x" * 1024
    database.execute("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?)", (user, room, room, 0, room))
    database.execute("ROLLBACK")
    respond(done=True)


def open_lock(name):
    """A file of its own for each user, never deleted: else two could lock two files of one name."""
    try:
        # A symbolic link in its place, which somebody else put there, is not followed.
        return os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as fault:
        if fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            # Nothing can be saved here either: the client goes on with tokens in its memory.
            raise Refused("unsupported", f"no lock can be made here: {fault.strerror}") from fault
        raise


def client_is_gone(seconds):
    """Waits up to so many seconds for standard input to close; nothing but its end comes after the request."""
    return bool(select.select([0], [], [], seconds)[0])


def lock(path, user, request):
    os.umask(0o077)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    deadline = time.monotonic() + request["timeout_millis"] / 1000
    descriptor = open_lock(f"{path}.{hashlib.sha256(user).hexdigest()}.lock")
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Refused("lock_timeout", "another program has been refreshing these tokens for too long")
            if client_is_gone(min(left, 0.02)):
                return
    respond(done=True)
    client_is_gone(request["lease_millis"] / 1000)
    # The end of this process frees the lock, however it ends.


OPERATIONS = {"save": save, "get": get, "delete": delete, "check": check, "list": list_users, "lock": lock}


def main():
    try:
        if len(sys.argv) != 2:
            raise Refused("setup", "the class must be the name of the database file")
        path = os.path.join(os.path.expanduser("~/.local/share/zcrm"), sys.argv[1])
        # Unbuffered, so that what `select` says of standard input is true.
        with open(0, "rb", buffering=0, closefd=False) as source:
            request = json.loads(source.readline())
        operation = OPERATIONS.get(request["operation"])
        if request["version"] != 1 or operation is None:
            raise Refused("unsupported", "this program knows version 1 of the protocol")
        operation(path, request.get("user", "").encode(), request)
    except Refused as refused:
        respond(error=dict(zip(("kind", "message"), refused.args)))
    except sqlite3.OperationalError as fault:
        respond(error={"kind": "unavailable", "message": f"SQLite: {fault}"})
    except sqlite3.DatabaseError as fault:
        respond(error={"kind": "corrupt", "message": f"SQLite: {fault}"})
    except PermissionError as fault:
        respond(error={"kind": "denied", "message": str(fault)})
    except OSError as fault:
        respond(error={"kind": "unavailable", "message": str(fault)})


if __name__ == "__main__":
    main()
