"""What may be done in the room ops."""

from suwen.kernel.permissions import Permission

READ = Permission("ops.read", "查看备份", "See backups")
WRITE = Permission("ops.write", "备份、校验与删除备份", "Make, verify and remove backups")
