"""Indicator-level reconciliation 指标级对账: a number of each business day, told by a statement there and one here."""
