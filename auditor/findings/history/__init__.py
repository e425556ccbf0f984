"""Starting with a history: audits and findings of earlier years, taken over from a spreadsheet."""
