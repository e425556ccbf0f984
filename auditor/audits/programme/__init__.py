"""The programme of a fiscal year (年度監査計画): what is checked where, how often, when and by whom."""
