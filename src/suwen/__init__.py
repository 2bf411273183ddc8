"""Suwen 素问: an open regional health data platform."""
