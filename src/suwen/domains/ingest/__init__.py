"""Room ingest 数据采集: sources, connectors, feeds, batches, the raw layer, mapping into std, quarantine.

Responsible for carrying every row of a source into std or into quarantine with a reason, exactly once. Not for what a
value means (terms), who the person is (patients) or whether the data is good (quality).
"""
