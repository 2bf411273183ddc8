"""Documents 文档采集: files that are no tables, kept as they are and once, their text read."""
