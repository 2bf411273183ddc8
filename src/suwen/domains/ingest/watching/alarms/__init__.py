"""Alarms 告警: rules that watch feeds, and what they have found."""
