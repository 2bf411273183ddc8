"""The lake: tables on Delta, the engines that run SQL over them, layers, maintenance.

Responsible for how rows are stored, found and changed, and for the data scope of every read. Not responsible for what
the rows mean: datasets come from the room standards, the statements from the rooms that write or read.
"""
