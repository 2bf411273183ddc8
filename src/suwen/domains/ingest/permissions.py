"""The rights of the room."""

from suwen.kernel.permissions import Permission

READ = Permission("ingest.read", "查看采集", "View ingestion")
RUN = Permission("ingest.run", "运行采集任务", "Run feeds")
WRITE = Permission("ingest.write", "维护数据源", "Maintain sources")
ROWS = Permission("ingest.rows", "查看源数据行", "View source rows")
RECEIVE = Permission("ingest.receive", "推送数据", "Send data")
NODE = Permission("ingest.node", "作为前置机送数", "Bring data as an edge node")
PERMISSIONS = (READ, RUN, WRITE, ROWS, RECEIVE, NODE)
