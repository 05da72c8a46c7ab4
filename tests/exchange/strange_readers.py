"""Readers that behave as a hostile file could make one behave, to be run in a process apart."""

from __future__ import annotations

import os
import signal
import time

import numpy as np


def echo(content: bytes, name: str) -> tuple[str, bytes, int]:
    print("a library says something")
    return name, content, os.getpid()


def refuse(content: bytes, name: str) -> None:
    raise ValueError(f"{name} holds nothing.")


def fail(content: bytes, name: str) -> None:
    raise OverflowError("a number too large")


def never_end(content: bytes, name: str) -> None:
    time.sleep(600)


def take_memory(content: bytes, name: str) -> int:
    return np.ones(int(content)).size


def crash(content: bytes, name: str) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def note_times(content: bytes, name: str) -> tuple[float, float]:
    begun = time.time()
    time.sleep(0.2)
    return begun, time.time()
