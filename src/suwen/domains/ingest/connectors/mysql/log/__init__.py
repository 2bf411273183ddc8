"""Capture from the binlog of MySQL and MariaDB: its events, their values as text, what the server must have.

Decision record 0015 says why it is decoded here, and read as nobody's replica.
"""
