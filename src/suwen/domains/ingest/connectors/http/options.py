"""What is asked of a web service: addresses, credentials, the call of each table."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from suwen.domains.ingest.connector import Options
from suwen.kernel.resources import Column

PLACEHOLDER = re.compile(r"\{(since|page|offset|cursor|limit|user|password|token)\}")
SECRETS = ("user", "password", "token")


class Call(Options):
    """How one table is asked for, in one answer or page by page.

    path, query, headers, body: texts in which {since}, {page}, {offset}, {cursor}, {limit}, {user}, {password} and
    {token} are filled in; a parameter of the query that is nothing but an empty one of them is left out. within: where
    in the answer a text stands that is the document itself, as many SOAP services give it; within_format: of that text,
    where it is another than the answer's. record: where in the
    document the records are. next: where it gives the next cursor. total: where it says how many records there are in
    all; fewer are an error. Paths are dotted members in JSON, element names joined by slashes below the root in XML.
    columns: what a record may have; others are found in what comes, but an answer without records tells none.
    """

    path: str = ""
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = Field(default_factory=dict[str, str])
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    body: str = ""
    format: Literal["json", "xml"] = "json"
    within: str = ""
    within_format: Literal["", "json", "xml"] = ""
    record: str = ""
    paging: Literal["none", "page", "offset", "cursor", "link"] = "none"
    first_page: int = 1
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    next: str = ""
    total: str = ""
    begin: str = ""
    """{since} of a read of everything."""
    since_format: str = ""
    """How {since} is written, by strftime's letters; "": as the source writes it."""
    columns: tuple[str, ...] = ()

    @property
    def records_format(self) -> Literal["json", "xml"]:
        """The format of the document that holds the records."""
        return self.within_format or self.format

    def uses(self, placeholder: str) -> bool:
        """Say whether a placeholder stands anywhere in the call."""
        mark = f"{{{placeholder}}}"
        return any(mark in text for text in (self.path, self.body, *self.query.values(), *self.headers.values()))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if any(f"{{{secret}}}" in self.path for secret in SECRETS):
            raise ValueError("a secret does not belong into a path")
        if self.paging in ("page", "offset", "cursor") and not self.uses(self.paging):
            raise ValueError(f"paging by {self.paging} needs {{{self.paging}}} in path, query, headers or body")
        if (self.paging == "cursor") != bool(self.next):
            raise ValueError("next names where the next cursor stands, for paging by cursor")
        return self


class Login(Options):
    """A call that gives the {token} of the others, asked again when it has expired; token: where it stands."""

    path: str
    query: dict[str, str] = Field(default_factory=dict[str, str])
    headers: dict[str, str] = Field(default_factory=dict[str, str])
    body: str = ""
    token: str = "token"


class HttpOptions(Options):
    """A web service of JSON or XML (SOAP), and its calls by table."""

    url: Annotated[
        str,
        Column("服务地址", "Address", help="如 https://his.example.cn/api；各调用的路径接在其后。"),
        Field(pattern=r"^https?://[^\s?#]+$", description="The paths of the calls are put behind it."),
    ]
    tables: Annotated[
        dict[str, Call],
        Column(
            "接口调用",
            "Calls",
            kind="ingest-calls",
            help='以表名为键的 JSON，如 {"visits": {"path": "/visits", "query": {"from": "{since}"}, "record": '
            '"data.rows"}}；SOAP 以 method POST、body 报文、format xml 填写。只用于向其分发时不填。',
        ),
        Field(
            default_factory=dict[str, Call],
            description="JSON by table name; SOAP by method POST, a body, and format xml. None where rows are only "
            "sent to it.",
        ),
    ]
    user: Annotated[str, Column("用户", "User", help="有口令而无令牌时用于 Basic 认证。")] = ""
    password: Annotated[SecretStr, Column("口令", "Password")] = SecretStr("")
    token: Annotated[
        SecretStr,
        Column("令牌", "Token", help="以 Authorization: Bearer 发送，除非某调用自己使用 {token}。"),
        Field(description="Sent as Authorization: Bearer, unless a call uses {token} itself."),
    ] = SecretStr("")
    login: Annotated[
        Login | None,
        Column(
            "登录调用", "Login", kind="json", help="取令牌的 POST 调用（JSON）：path、body、token（令牌所在成员）。"
        ),
        Field(description="A POST that gives the token (JSON): path, body, token (where it stands)."),
    ] = None
    ca: Annotated[
        Path | None,
        Column("根证书文件", "CA file", help="服务端使用自签证书时，服务器上的路径。"),
        Field(description="A path on the server, for services whose certificate no public authority signed."),
    ] = None
    timeout: Annotated[
        float, Column("超时（秒）", "Timeout (s)"), Field(gt=0, le=3600, description="Of one answer.")
    ] = 60.0
    per_second: Annotated[
        float,
        Column("每秒至多请求数", "Requests a second", help="保护来源系统；0 为不限。"),
        Field(ge=0, description="Protects the source; 0: no limit."),
    ] = 0.0
    max_answer_bytes: Annotated[
        int,
        Column("最大应答（字节）", "Largest answer (bytes)", help="更大的应答使批次失败，请减小每页条数。"),
        Field(ge=1, description="A larger one fails the batch: ask for smaller pages."),
    ] = 256 * 2**20
