"""Job groups 作业组: feeds that are run together, in the order in which they depend on each other."""
