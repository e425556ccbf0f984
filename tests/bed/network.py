"""No test reaches the outside world: connecting or resolving beyond loopback is an error."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

LOCAL_NAMES = {"localhost", "ip6-localhost", socket.gethostname(), "", None}


class NetworkBlocked(RuntimeError):
    """A test tried to reach a host other than this one."""


def guard() -> None:
    """Blocks outgoing connections and look-ups of this process for good; loopback and unix sockets pass.

    An audit hook sees every socket of the interpreter, asyncio's and those of libraries included.
    """
    sys.addaudithook(_refuse_strangers)


def _refuse_strangers(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise NetworkBlocked(f"a test tried to reach {address[0]} by {event}; only loopback is allowed")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not _is_local(args[0]):
        raise NetworkBlocked(f"a test tried to look up {args[0]!r}; only loopback is allowed")


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
