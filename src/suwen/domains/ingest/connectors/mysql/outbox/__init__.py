"""Capture from MySQL and MariaDB by triggers that write every change into a table beside the source's.

Decision record 0013 says how it is read without losing a late commit.
"""
