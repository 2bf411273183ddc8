"""Schema drift 表结构变化: columns of a source table that came, went or changed type since the feed knew them."""
