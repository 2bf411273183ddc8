"""Distribution 数据分发: standard datasets carried on to other databases and to files, and kept in step there."""
