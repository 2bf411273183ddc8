"""Capture from PostgreSQL's log by logical decoding: slots, the messages of pgoutput, what the source must have.

Decision record 0012 says why it is read over a plain connection.
"""
