"""Ports of loopback for the servers of the bed."""

from __future__ import annotations

import itertools
import os
import socket

# Below the range that the system hands to outgoing connections: a port found free stays free until it is used.
FIRST, HOW_MANY = 20_000, 1_500
# The workers of one run share no port: one could find free what another is about to use.
_SLICE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
_numbers = itertools.count(os.getpid() * 61)  # runs side by side begin far apart


def free_port() -> int:
    """A port of loopback that nobody listens on; never the same twice in a process."""
    for number in itertools.islice(_numbers, HOW_MANY):
        port = FIRST + _SLICE * HOW_MANY + number % HOW_MANY
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port of loopback is free")
