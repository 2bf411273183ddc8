"""Suites that run over everything registered."""
