"""Self-inspections (運用点検): the checklist of an audit, answered by the department itself."""
