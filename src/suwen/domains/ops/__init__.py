"""The running of an installation: backup and restore of its state and its data.

Not the upkeep of single stores: the lake sorts and cleans its own tables, the kernel runs the jobs.
"""
