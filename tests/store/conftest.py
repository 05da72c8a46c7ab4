"""Every test here has a machine of its own."""

from tests.own_machine import data, fresh_url, images, machine_of_its_own, store

__all__ = ["data", "fresh_url", "images", "machine_of_its_own", "store"]
