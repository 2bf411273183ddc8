"""Quality 质量: rules compiled from the standards, judged over the lake, scored and shown down to the failing rows.

Not responsible for rejecting rows on arrival (ingest quarantines those; they are only counted here) and not for
the content of the standards themselves.
"""
