"""The rule types, one file each; every module holds its type as `RULE_TYPE`."""
