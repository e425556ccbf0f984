"""Measures, controls and their versions, and the subjects they are checked on."""
