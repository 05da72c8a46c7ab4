"""Simulated clients in processes of their own, which obey lines and answer with lines of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

CLIENT_PROCESSES = 2


class Clients:
    """A process of simulated clients."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, line: str) -> dict[str, Any]:
        """Say a line and read the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()
        return await self.read()

    async def read(self) -> dict[str, Any]:
        """Read an answer."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 300)
        if not line:
            raise RuntimeError("The process of simulated clients has ended.")
        return json.loads(line)


@asynccontextmanager
async def clients(script: str, *arguments: str, count: int) -> AsyncIterator[list[Clients]]:
    """Start clients in a few processes; all are connected when the `async with` block begins.

    Args:
        script: name of a file beside this one; it takes the arguments and then its own share.
        arguments: handed on.
        count: number of clients in all.
    """
    shares = [count // CLIENT_PROCESSES] * CLIENT_PROCESSES
    shares[0] += count - sum(shares)
    path = Path(__file__).with_name(script)
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(path), *arguments, str(share)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
        )
        for share in shares
        if share
    ]
    try:
        found = [Clients(process) for process in processes]
        for one in found:
            await one.read()
        yield found
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
