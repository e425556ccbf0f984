"""The signed session cookie. How long a session lasts is said by its row in the database, not by the cookie."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Ageless(URLSafeTimedSerializer):
    """Reads a cookie whenever it was signed: one from "the future" is one from before the clock was put back.

    By age, every cookie of the last hour would be refused then: everybody signed out, every open form refused.
    """

    def loads(self, s: Any, *arguments: Any, **named: Any) -> Any:
        return super().loads(s, **{**named, "max_age": None})


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own sessions, but for the age."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        timed = super().get_signing_serializer(app)
        if timed is not None:
            timed.__class__ = Ageless
        return timed
