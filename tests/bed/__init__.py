"""The test bed: the real database, server, browser, mail server and office that tests run against.

Each module is one piece of it; `tests/conftest.py` turns them into fixtures.
"""
