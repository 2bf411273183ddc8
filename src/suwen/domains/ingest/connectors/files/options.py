"""Where files lie, and how they are laid out."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from suwen.domains.ingest.connectors.files.layout import Layout
from suwen.kernel.resources import Column

Place = Literal["folder", "sftp", "s3"]


class FilesOptions(Layout):
    """A file or folder; a feed's table is a file name or pattern in it, ``book.xlsx#Sheet`` for a sheet."""

    place: Annotated[
        Place,
        Column(
            "位置",
            "Place",
            kind="select",
            options=(
                ("folder", "本服务器", "This server"),
                ("sftp", "SFTP 服务器", "SFTP server"),
                ("s3", "S3 兼容存储", "S3-compatible store"),
            ),
        ),
    ] = "folder"
    path: Annotated[
        Path,
        Column("文件或文件夹", "File or folder", help="该位置上的路径；S3 为 存储桶/前缀。"),
        Field(description="A path there; of S3 the bucket and a prefix."),
    ]
    tables: Annotated[
        dict[str, Layout],
        Column("个别文件的格式", "Layouts of single files", help="与其余文件不同者，以文件名为键的 JSON。"),
        Field(default_factory=dict[str, Layout], description="Layouts of tables that differ from the rest."),
    ]
    max_line_bytes: Annotated[
        int,
        Column("最长行（字节）", "Longest line (bytes)", help="更长的行使批次失败。"),
        Field(gt=0, description="A longer line fails the batch."),
    ] = 64 * 2**20
    host: Annotated[
        str,
        Column("主机", "Host", help="SFTP 服务器的名称或地址；S3 的服务地址，如 https://minio.example.cn:9000。"),
        Field(description="Of an SFTP server its name or address; of S3 the store's address, with https://."),
    ] = ""
    port: Annotated[
        int | None, Column("端口", "Port", help="SFTP 缺省为 22。"), Field(ge=1, le=65535, description="SFTP: 22.")
    ] = None
    user: Annotated[
        str, Column("用户", "User", help="S3 为 Access Key。"), Field(description="Of S3 the access key.")
    ] = ""
    password: Annotated[
        SecretStr,
        Column("口令", "Password", help="S3 为 Secret Key；用私钥登录时为私钥的口令。"),
        Field(description="Of S3 the secret key; with a private key that key's passphrase."),
    ] = SecretStr("")
    private_key: Annotated[
        SecretStr,
        Column("私钥", "Private key", help="SFTP 用私钥代替口令登录：PEM 或 OpenSSH 格式的全文。"),
        Field(description="SFTP: logs in instead of a password; its whole text (PEM or OpenSSH)."),
    ] = SecretStr("")
    host_key: Annotated[
        str,
        Column(
            "服务器公钥",
            "Host key",
            help="SFTP 服务器的公钥，如 ssh-ed25519 AAAA…；向其管理员索取，不符则拒绝连接。",
        ),
        Field(
            description="SFTP: the server's public key (ssh-ed25519 AAAA…), from its administrator; another is refused."
        ),
    ] = ""
    region: Annotated[str, Column("区域", "Region", help="S3 的区域，多数自建存储不需要。")] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {"folder": (), "sftp": ("host", "user", "host_key"), "s3": ("host",)}[self.place]
        if missing := [name for name in needed if not getattr(self, name)]:
            raise ValueError(f"place {self.place} needs {', '.join(missing)}")
        return self
