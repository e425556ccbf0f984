"""Pages of accounts: signing in and out, the own password and preferences, accounts and roles."""

from auditor.accounts.views import beginning, forgotten, managing, own, signing_in
from auditor.accounts.views.blueprint import bp
from auditor.accounts.views.recognising import load_actor, must_change_first, preferred_language

__all__ = [
    "beginning",
    "bp",
    "forgotten",
    "load_actor",
    "managing",
    "must_change_first",
    "own",
    "preferred_language",
    "signing_in",
]
