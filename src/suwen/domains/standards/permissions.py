"""The rights that the standards room knows."""

from suwen.kernel.permissions import Permission

READ = Permission("standards.read", "查看标准", "View standards")
COMMENT = Permission("standards.comment", "对标准提意见", "Comment on standards")
WRITE = Permission("standards.write", "起草与维护标准", "Draft and maintain standards")
PUBLISH = Permission("standards.publish", "批准与发布标准", "Approve and publish standards")
