"""Answers for the fields that find something while one types."""

from __future__ import annotations

from flask import jsonify, request
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.catalogue import finding
from auditor.catalogue.views.blueprint import bp, moment


@bp.get("/subjects/search")
@requires(Permission.AUDIT_ASSIGN)
def search_subjects() -> Response:
    """Answer subjects by name or code in use today: [{"id", "label", "hint"}]."""
    return jsonify(finding.subjects(request.args.get("q", ""), moment()))


@bp.get("/controls/search")
@requires(Permission.CATALOGUE_READ)
def search_controls() -> Response:
    """Answer controls of the versions in use; ``id`` is the code, which stays the same across versions."""
    return jsonify(finding.controls(request.args.get("q", ""), moment()))


@bp.get("/owners/search")
@requires(Permission.CATALOGUE_MANAGE)
def search_owners() -> Response:
    """Answer persons who work here, to be named responsible for a control."""
    return jsonify(finding.persons(request.args.get("q", ""), moment()))
