"""Watching 采集监控: how collection does, by the batches' own figures, and alarms when a source misbehaves."""
