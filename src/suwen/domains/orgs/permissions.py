"""The rights that the orgs room knows."""

from suwen.kernel.permissions import Permission

READ = Permission("orgs.read", "查看机构与人员", "View institutions and staff")
WRITE = Permission("orgs.write", "维护机构与人员", "Maintain institutions and staff")
