"""Fixtures of the worklist: what people owe in training comes from the tests of training."""

from __future__ import annotations

from tests.training.conftest import owed, version

__all__ = ["owed", "version"]
