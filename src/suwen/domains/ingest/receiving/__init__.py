"""Receiving 接收: what hospitals send to the center, durable in the inbox before it is acknowledged.

Decision record 0014 says how; from the inbox on it goes the way of all changes (`changelog.py`).
"""
