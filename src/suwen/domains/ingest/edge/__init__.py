"""The edge node 前置机: runs in the hospital, reads its sources and sends what it read to the center.

It knows no database of the platform: what it has to do it is told by the center (`protocol.py`), and all that it keeps
lies in one folder. The center's side is `nodes`; decision record 0016 says how the two speak.
"""
