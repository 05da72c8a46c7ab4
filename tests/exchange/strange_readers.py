"""Readers that behave as a hostile file could make one behave, to be run in a process apart."""

from __future__ import annotations

import os
import signal
import time

import numpy as np


def echo(name: str, content: bytes) -> tuple[str, bytes, int]:
    print("a library says something")
    return name, content, os.getpid()


def refuse(name: str, content: bytes) -> None:
    raise ValueError(f"{name} holds nothing.")


def fail(name: str, content: bytes) -> None:
    raise OverflowError("a number too large")


def never_end(name: str, content: bytes) -> None:
    time.sleep(600)


def take_memory(name: str, content: bytes) -> int:
    return np.ones(int(content)).size


def crash(name: str, content: bytes) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def note_times(name: str, content: bytes) -> tuple[float, float]:
    begun = time.time()
    time.sleep(0.2)
    return begun, time.time()
