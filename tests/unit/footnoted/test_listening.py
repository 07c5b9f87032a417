"""The socket that a server listens on."""

from __future__ import annotations

import asyncio
import socket

from footnoted.commands.listening import listen


def test_what_is_sent_on_its_connections_waits_for_no_acknowledgement() -> None:
    async def nodelay() -> int:
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listen("127.0.0.1", 0)
        async with await asyncio.start_server(connected, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            async with asyncio.timeout(10):
                found = await told
            writer.close()
        return found

    assert asyncio.run(nodelay()) != 0
