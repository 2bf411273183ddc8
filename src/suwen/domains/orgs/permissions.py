"""The rights that the orgs room knows."""

from suwen.kernel.permissions import Permission

READ = Permission("orgs.read", "查看机构与人员", "View institutions and staff")
REGISTER = Permission("orgs.register", "申请注册", "Apply for registration")
REVIEW = Permission("orgs.review", "审核注册申请", "Review registrations")
WRITE = Permission("orgs.write", "维护机构与人员", "Maintain institutions and staff")
