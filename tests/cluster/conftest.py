"""Every test here has a machine of its own."""

from tests.own_machine import machine_of_its_own

__all__ = ["machine_of_its_own"]
