"""The filled-in company that a newcomer looks at first."""
