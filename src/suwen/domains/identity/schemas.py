"""What goes in and out over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from suwen.kernel.resources import Column

Username = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z][A-Za-z0-9._-]{2,63}$")]
Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[a-z][a-z0-9_]{1,63}$")]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]

COOKIE = "suwen_session"
"""Name of the cookie that carries a session's token."""

LOGIN_RESULTS = (
    ("success", "成功", "Success"),
    ("wrong_password", "密码错误", "Wrong password"),
    ("unknown_user", "用户不存在", "Unknown user"),
    ("locked", "已锁定", "Locked"),
    ("disabled", "已停用", "Disabled"),
    ("logout", "退出", "Logout"),
)
OPERATIONS = (("insert", "新增", "Insert"), ("update", "修改", "Update"), ("delete", "删除", "Delete"))


class Body(BaseModel):
    """A request body; unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class Login(Body):
    """Credentials."""

    username: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=200)]


class PasswordChange(Body):
    """The present and the wanted password of the caller."""

    old_password: Annotated[str, Field(max_length=200)]
    new_password: Annotated[str, Field(max_length=200)]


class ScopeOut(BaseModel):
    """A data scope; `orgs` null means all institutions."""

    orgs: list[str] | None
    grade: int
    unmask: bool


class Me(BaseModel):
    """The caller: rights, data scope, and whether the password must be changed first."""

    id: UUID
    username: str
    display_name: str
    permissions: list[str]
    scope: ScopeOut
    must_change_password: bool
    password_policy: str


class OneTimePassword(BaseModel):
    """A password for one login, shown once."""

    password: str


class PermissionOut(BaseModel):
    """A permission that some room declares."""

    code: str
    title: str
    title_en: str
    domain: str
    domain_title: str


class UserOut(BaseModel):
    """A user as listed."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    username: Annotated[str, Column("用户名", "Username", filter=True, sort=True)]
    display_name: Annotated[str, Column("姓名", "Name", filter=True, sort=True)]
    phone: Annotated[str | None, Column("电话", "Phone", mask="phone")]
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org", filter=True, sort=True)]
    roles: Annotated[list[str], Column("角色", "Roles", kind="roles")]
    active: Annotated[bool, Column("启用", "Active", filter=True, sort=True)]
    all_orgs: Annotated[bool, Column("全部机构", "All institutions", filter=True)]
    org_codes: Annotated[list[str], Column("可见机构", "Institutions", kind="orgs")]
    grade: Annotated[int, Column("数据分级上限", "Data grade", filter=True, sort=True)]
    unmask: Annotated[bool, Column("可看明文", "Unmask", filter=True)]
    locked: Annotated[bool, Column("已锁定", "Locked")]
    must_change_password: Annotated[bool, Column("须改密码", "Must change password", filter=True)]
    last_login_at: Annotated[datetime | None, Column("最近登录", "Last login", filter=True, sort=True)]
    created_at: Annotated[datetime, Column("创建时间", "Created", filter=True, sort=True)]


class UserCreate(Body):
    """A new user; the password is temporary and must be changed at the first login."""

    username: Annotated[Username, Column("用户名", "Username")]
    display_name: Annotated[Title, Column("姓名", "Name")]
    password: Annotated[str, Field(max_length=200), Column("初始密码", "Initial password", kind="password")]
    phone: Annotated[str | None, Column("电话", "Phone")] = None
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org")] = None
    roles: Annotated[list[str], Column("角色", "Roles", kind="roles")] = []
    all_orgs: Annotated[bool, Column("全部机构", "All institutions")] = False
    org_codes: Annotated[list[str], Column("可见机构", "Institutions", kind="orgs")] = []
    grade: Annotated[int, Field(ge=1, le=5), Column("数据分级上限", "Data grade")] = 3
    unmask: Annotated[bool, Column("可看明文", "Unmask")] = False


class UserUpdate(Body):
    """What can be changed of a user; fields left out stay."""

    display_name: Annotated[Title, Column("姓名", "Name")] = ""
    phone: Annotated[str | None, Column("电话", "Phone")] = None
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org")] = None
    roles: Annotated[list[str], Column("角色", "Roles", kind="roles")] = []
    active: Annotated[bool, Column("启用", "Active")] = True
    all_orgs: Annotated[bool, Column("全部机构", "All institutions")] = False
    org_codes: Annotated[list[str], Column("可见机构", "Institutions", kind="orgs")] = []
    grade: Annotated[int, Field(ge=1, le=5), Column("数据分级上限", "Data grade")] = 3
    unmask: Annotated[bool, Column("可看明文", "Unmask")] = False


class RoleOut(BaseModel):
    """A role as listed."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    code: Annotated[str, Column("代码", "Code", filter=True, sort=True)]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    title_en: Annotated[str, Column("英文名称", "English title")]
    permissions: Annotated[list[str], Column("权限", "Permissions", kind="permissions")]
    built_in: Annotated[bool, Column("内置", "Built in", filter=True)]
    created_at: Annotated[datetime, Column("创建时间", "Created", sort=True)]


class RoleCreate(Body):
    """A new role."""

    code: Annotated[Code, Column("代码", "Code")]
    title: Annotated[Title, Column("名称", "Title")]
    title_en: Annotated[str, Column("英文名称", "English title")] = ""
    permissions: Annotated[list[str], Column("权限", "Permissions", kind="permissions")] = []


class RoleUpdate(Body):
    """What can be changed of a role; fields left out stay."""

    title: Annotated[Title, Column("名称", "Title")] = ""
    title_en: Annotated[str, Column("英文名称", "English title")] = ""
    permissions: Annotated[list[str], Column("权限", "Permissions", kind="permissions")] = []


class SessionOut(BaseModel):
    """A session as listed."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    username: Annotated[str, Column("用户名", "Username", filter=True, sort=True)]
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org", filter=True)]
    created_at: Annotated[datetime, Column("登录时间", "Logged in", filter=True, sort=True)]
    last_seen_at: Annotated[datetime, Column("最近使用", "Last seen", filter=True, sort=True)]
    expires_at: Annotated[datetime, Column("到期时间", "Expires", filter=True, sort=True)]
    revoked_at: Annotated[datetime | None, Column("结束时间", "Ended", filter=True, sort=True)]
    address: Annotated[str | None, Column("来源地址", "From", filter=True)]
    user_agent: Annotated[str | None, Column("浏览器", "Browser")]


class ApiTokenOut(BaseModel):
    """A machine's token as listed; its text is shown once, when it is made."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    title: Annotated[str, Column("名称", "Title", filter=True, sort=True)]
    bound: Annotated[str, Column("限用于", "Only for", filter=True, sort=True)]
    org_code: Annotated[str, Column("机构", "Institution", kind="org", filter=True, sort=True)]
    permissions: Annotated[list[str], Column("权限", "Permissions")]
    created_by: Annotated[str, Column("创建人", "Made by", filter=True)]
    created_at: Annotated[datetime, Column("创建时间", "Made", filter=True, sort=True)]
    expires_at: Annotated[datetime | None, Column("到期时间", "Expires", filter=True, sort=True)]
    last_used_at: Annotated[datetime | None, Column("最近使用", "Last used", filter=True, sort=True)]
    revoked_at: Annotated[datetime | None, Column("吊销时间", "Revoked", filter=True, sort=True)]


class LoginLogOut(BaseModel):
    """An attempt to log in, or a logout."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    at: Annotated[datetime, Column("时间", "At", filter=True, sort=True)]
    username: Annotated[str, Column("用户名", "Username", filter=True, sort=True)]
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org", filter=True)]
    result: Annotated[str, Column("结果", "Result", filter=True, sort=True, options=LOGIN_RESULTS)]
    address: Annotated[str | None, Column("来源地址", "From", filter=True)]
    user_agent: Annotated[str | None, Column("浏览器", "Browser")]


class ChangeLogOut(BaseModel):
    """One changed field of one row."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    at: Annotated[datetime, Column("时间", "At", filter=True, sort=True)]
    username: Annotated[str, Column("用户名", "Username", filter=True, sort=True)]
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org", filter=True)]
    origin: Annotated[str | None, Column("来源地址", "From", filter=True)]
    table: Annotated[str, Column("表", "Table", filter=True, sort=True)]
    row_key: Annotated[str, Column("记录", "Row", filter=True)]
    operation: Annotated[str, Column("操作", "Operation", filter=True, options=OPERATIONS)]
    field: Annotated[str, Column("字段", "Field", filter=True)]
    before: Annotated[Any, Column("改前", "Before", kind="json")]
    after: Annotated[Any, Column("改后", "After", kind="json")]


class AccessLogOut(BaseModel):
    """One reading of direct identifiers in full."""

    model_config = ConfigDict(from_attributes=True)

    id: Annotated[UUID, Column("编号", "Id", hide=("list", "form"))]
    at: Annotated[datetime, Column("时间", "At", filter=True, sort=True)]
    username: Annotated[str, Column("用户名", "Username", filter=True, sort=True)]
    org_code: Annotated[str | None, Column("所属机构", "Institution", kind="org", filter=True)]
    origin: Annotated[str | None, Column("来源地址", "From", filter=True)]
    subject: Annotated[str, Column("对象", "Subject", filter=True, sort=True)]
    row_keys: Annotated[list[str], Column("记录", "Rows")]
    fields: Annotated[list[str], Column("字段", "Fields")]
    reason: Annotated[str | None, Column("原因", "Reason")]
