"""The rights that the standards room knows."""

from suwen.kernel.permissions import Permission

READ = Permission("standards.read", "查看标准", "View standards")
