"""Departments, persons, memberships and leave; reading and applying the roster."""
