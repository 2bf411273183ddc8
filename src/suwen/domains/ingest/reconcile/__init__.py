"""Reconciliation 对账: the source against the platform, day by day, until each difference is closed."""
