"""The door of the orgs room: identifier rules."""

from suwen.domains.orgs.identifiers.organisation import org_code_check, org_code_valid, uscc_check, uscc_valid
from suwen.domains.orgs.identifiers.resident import (
    resident_id_birth_date,
    resident_id_check,
    resident_id_sex,
    resident_id_valid,
    upgrade_resident_id,
)
from suwen.domains.orgs.identifiers.sql import CHECKS_SQL, resident_id_valid_sql, uscc_valid_sql

__all__ = [
    "CHECKS_SQL",
    "org_code_check",
    "org_code_valid",
    "resident_id_birth_date",
    "resident_id_check",
    "resident_id_sex",
    "resident_id_valid",
    "resident_id_valid_sql",
    "upgrade_resident_id",
    "uscc_check",
    "uscc_valid",
    "uscc_valid_sql",
]
