"""Settings of the property tests."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no failure: time is not what these tests are about.
settings.register_profile("core", deadline=None)
settings.load_profile("core")
