"""What may be done in the catalogue."""

from suwen.kernel.permissions import Permission

READ = Permission("catalog.read", "查看数据资产", "View data assets")
ROWS = Permission("catalog.rows", "查看数据明细", "View rows of datasets")
