"""Working papers: the checklist of an audit as an Excel file, filled in without a network and read back."""
