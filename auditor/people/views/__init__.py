"""Pages of people: the roster, departments, a person, importing a roster, and the fields that search."""

from auditor.people.views import departments, editing, importing, roster, units
from auditor.people.views.blueprint import bp

__all__ = ["bp", "departments", "editing", "importing", "roster", "units"]
