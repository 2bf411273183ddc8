"""What can be wrong when somebody logs in or manages users."""

from suwen.kernel.errors import Conflict, Forbidden, Invalid, Unauthenticated


class WrongCredentials(Unauthenticated):
    """User name or password is wrong; which of them is not told."""

    title = "登录失败"


class AccountLocked(Unauthenticated):
    """Too many wrong passwords: the account is locked for a while."""

    title = "账号已锁定"


class AccountDisabled(Unauthenticated):
    """The account has been switched off."""

    title = "账号已停用"


class WeakPassword(Invalid):
    """A new password does not meet the policy; `allowed` tells the policy."""

    title = "密码不符合要求"


class WrongOldPassword(Invalid):
    """The present password given for a change is wrong."""

    title = "原密码不正确"


class UsernameTaken(Conflict):
    """Another user has that name."""

    title = "用户名已存在"


class RoleInUse(Conflict):
    """A role that users hold, or that is built in, cannot be removed."""

    title = "角色正在使用"


class BeyondOwnRights(Forbidden):
    """Nobody may give rights or data that they do not have themselves."""

    title = "超出本人权限"


class UnknownRole(Invalid):
    """No role has that code."""

    title = "角色不存在"


class UnknownPermission(Invalid):
    """No room declares that permission."""

    title = "权限不存在"
