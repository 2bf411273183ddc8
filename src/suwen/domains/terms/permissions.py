"""The rights of the room."""

from suwen.kernel.permissions import Permission

READ = Permission("terms.read", "查看术语标化", "View term mapping")
MAP = Permission("terms.map", "标化与审核", "Map and review terms")
MANAGE = Permission("terms.manage", "维护源端字典与知识库", "Maintain source dictionaries and knowledge base")
PERMISSIONS = (READ, MAP, MANAGE)
