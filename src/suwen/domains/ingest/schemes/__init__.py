"""Schemes 采集方案: what is to come of each institution's systems, how, and what has come."""
