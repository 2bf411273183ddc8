"""The center's side of edge nodes 前置机: who they are, what they are to read, what they have brought.

What a node brings is landed by the same run as what the platform reads itself (`delivered.py`); decision record 0016.
"""
