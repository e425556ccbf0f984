"""The sheets that a director reads: one room each. Every number on them is a figure over the detail sheets."""
