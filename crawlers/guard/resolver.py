"""Name resolution behind the guard: a connection goes to an address that was checked, not to a second answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from crawlers.guard.guard import Guard


@implementer(IResolutionReceiver)
class _Checked:
    """Hands on only the addresses the guard permits."""

    def __init__(self, receiver: Any, guard: Guard, name: str) -> None:
        self._receiver, self._guard, self._name = receiver, guard, name

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's name
        """Pass on."""
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        """Pass on what the guard permits; Twisted connects to these addresses and asks no second time."""
        if self._guard.resolved(self._name, str(address.host)):
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        """Pass on; without an address Twisted reports that the name cannot be resolved."""
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Twisted's own resolver with the guard in front. Answers are not cached: connections are kept open instead."""

    def __init__(self, guard: Guard, reactor: Any) -> None:
        self._guard, self._reactor = guard, reactor
        self._resolver: Any = reactor.nameResolver

    def install_on_reactor(self) -> None:
        """Called by Scrapy before the first request."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803 - Twisted's name
        hostName: str,  # noqa: N803 - Twisted's name
        portNumber: int = 0,  # noqa: N803 - Twisted's name
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - Twisted's name
        transportSemantics: str = "TCP",  # noqa: N803 - Twisted's name
    ) -> Any:
        """Resolve a name; only permitted addresses reach the receiver."""
        receiver = _Checked(resolutionReceiver, self._guard, hostName)
        return self._resolver.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)
