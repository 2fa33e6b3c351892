"""Who asks: the address of a client, which nobody can make up, or the token of who may write.

An address is that of the other end of the connection. Only where that is a proxy which the operator
trusts is ``X-Forwarded-For`` read, and of that only the last address that no trusted proxy has: what
stands before it anybody may have written.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ontology.errors import Problem, StoreError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: One household or office has a whole network of this size, and may use any address of it.
_IPV6_NETWORK: Final = 64


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who asks. `is_certain` is whether it is one client, not perhaps many behind the same proxy."""

    name: str
    is_certain: bool
    has_token: bool = False


def networks(texts: Sequence[str]) -> tuple[_Network, ...]:
    """Return addresses and networks as ``127.0.0.1`` or ``10.0.0.0/8``. `StoreError` for what is neither."""
    found = []
    for text in texts:
        try:
            found.append(ipaddress.ip_network(text, strict=False))
        except ValueError as error:
            raise StoreError(
                Problem(f"{text} is no address and no network", remedy="It is like 127.0.0.1 or 10.0.0.0/8")
            ) from error
    return tuple(found)


class Clients:
    """Tells clients apart. `proxies` are trusted; `is_hidden` says that a proxy stands before the server anyway."""

    def __init__(self, proxies: Sequence[_Network] = (), *, token: str | None = None, is_hidden: bool = False) -> None:
        self._proxies: Final = tuple(proxies)
        self._token: Final = token
        self._is_hidden: Final = is_hidden and not proxies
        self._direct = lru_cache(maxsize=4096)(self._known)

    def of(self, environ: WSGIEnvironment) -> Client:
        """Return the client of a request."""
        if self._token is not None and self._has_token(environ.get("HTTP_AUTHORIZATION", "")):
            return Client("token", is_certain=True, has_token=True)
        forwarded = environ.get("HTTP_X_FORWARDED_FOR")
        if forwarded is None and "HTTP_FORWARDED" not in environ:
            return self._direct(environ.get("REMOTE_ADDR", ""))
        peer = _address(environ.get("REMOTE_ADDR", ""))
        if peer is None:
            return Client("unknown", is_certain=False)
        if not self._trusts(peer):
            return Client(_name(peer), is_certain=False)
        if forwarded is None:
            return Client(_name(peer), is_certain=True)
        address = peer
        for text in reversed(forwarded.split(",")):
            before = _address(text)
            if before is None:
                return Client(_name(address), is_certain=False)
            address = before
            if not self._trusts(address):
                break
        return Client(_name(address), is_certain=True)

    def _known(self, text: str) -> Client:
        """Return the client at the other end of a connection, where no proxy says that it is one."""
        peer = _address(text)
        if peer is None:
            return Client("unknown", is_certain=False)
        # that of a trusted proxy is its own request, a probe say
        return Client(_name(peer), is_certain=not self._is_hidden or self._trusts(peer))

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._proxies)

    def _has_token(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return (
            self._token is not None
            and scheme.lower() == "bearer"
            and hmac.compare_digest(token.strip().encode("utf-8", "replace"), self._token.encode())
        )


@lru_cache(maxsize=4096)
def _address(text: str) -> _Address | None:
    """Return the address of ``192.0.2.1``, ``192.0.2.1:80``, ``2001:db8::1`` or ``[2001:db8::1]:80``."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def _name(address: _Address) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)
