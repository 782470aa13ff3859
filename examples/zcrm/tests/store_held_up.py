#!/usr/bin/env -S python3 -S
"""A token store whose first two saves fail, as when another program holds its file open for a moment."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
import token_helper

save = token_helper.save


def save_at_last(path, user, request):
    with open(path + ".saves", "a+") as saves:
        saves.write("x")
        saves.seek(0)
        if len(saves.read()) <= 2:
            raise token_helper.Refused("unavailable", "another program holds the file open")
    save(path, user, request)


token_helper.OPERATIONS["save"] = save_at_last
token_helper.main()
