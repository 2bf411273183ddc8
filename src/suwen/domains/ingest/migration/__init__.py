"""The data of a platform that is replaced, taken over institution by institution 市级平台数据迁移 (decision 0023)."""
