"""What may be done in the room lake."""

from suwen.kernel.permissions import Permission

READ = Permission("lake.read", "查看数据湖表", "See the lake's tables")
