"""Manifest of the room."""

from suwen.domains.identity.resources import GROUP, RESOURCES
from suwen.domains.identity.routes import auth, manage
from suwen.domains.identity.settings import IdentitySettings
from suwen.kernel.permissions import Permission
from suwen.kernel.registry import Domain

DOMAIN = Domain(
    name="identity",
    title="用户与权限",
    title_en="Users and rights",
    groups={GROUP: "Administration"},
    routers=(auth, manage),
    resources=RESOURCES,
    permissions=(
        Permission("identity.users.read", "查看用户", "View users"),
        Permission("identity.users.write", "管理用户", "Manage users"),
        Permission("identity.roles.read", "查看角色", "View roles"),
        Permission("identity.roles.write", "管理角色", "Manage roles"),
        Permission("identity.sessions.read", "查看会话", "View sessions"),
        Permission("identity.sessions.write", "结束会话", "End sessions"),
        Permission("identity.tokens.read", "查看接口令牌", "View tokens"),
        Permission("identity.tokens.write", "吊销接口令牌", "Revoke tokens"),
        Permission("identity.audit.read", "查看审计日志", "View audit logs"),
    ),
    settings=IdentitySettings,
    order=900,
)
