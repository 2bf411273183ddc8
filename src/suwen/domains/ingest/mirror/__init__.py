"""The mirror of a source 接入镜像库: each of its tables as it stands there now, kept in step from raw."""
