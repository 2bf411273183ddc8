"""What every room stands on: settings, ids, clock, errors, database, jobs, events, permissions, resources, crypto.

The kernel knows no room and no word of health care.
"""
