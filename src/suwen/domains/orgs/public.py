"""The door of the orgs room: identifier rules, organisations and divisions."""

from suwen.domains.orgs.identifiers.organisation import org_code_check, org_code_valid, uscc_check, uscc_valid
from suwen.domains.orgs.identifiers.resident import CHECKS as RESIDENT_ID_CHECKS
from suwen.domains.orgs.identifiers.resident import WEIGHTS as RESIDENT_ID_WEIGHTS
from suwen.domains.orgs.identifiers.resident import (
    resident_id_birth_date,
    resident_id_check,
    resident_id_sex,
    resident_id_valid,
    upgrade_resident_id,
)
from suwen.domains.orgs.identifiers.sql import CHECKS_SQL, resident_id_valid_sql, uscc_valid_sql
from suwen.domains.orgs.permissions import REVIEW
from suwen.domains.orgs.registering import SAME_NAME, Content, Problem, RegistryKind, Similar, Wanted, registers
from suwen.domains.orgs.schemas import (
    DepartmentIn,
    DepartmentRow,
    Form,
    ImportReport,
    InstitutionIn,
    InstitutionRow,
    StaffIn,
)
from suwen.domains.orgs.service.history import keep
from suwen.domains.orgs.service.organisations import (
    departments,
    division_name,
    install_divisions,
    institutions,
    save,
)
from suwen.domains.orgs.service.years import institutions_of

__all__ = [
    "CHECKS_SQL",
    "RESIDENT_ID_CHECKS",
    "RESIDENT_ID_WEIGHTS",
    "REVIEW",
    "SAME_NAME",
    "Content",
    "DepartmentIn",
    "DepartmentRow",
    "Form",
    "ImportReport",
    "InstitutionIn",
    "InstitutionRow",
    "Problem",
    "RegistryKind",
    "Similar",
    "StaffIn",
    "Wanted",
    "departments",
    "division_name",
    "install_divisions",
    "institutions",
    "institutions_of",
    "keep",
    "org_code_check",
    "org_code_valid",
    "registers",
    "resident_id_birth_date",
    "resident_id_check",
    "resident_id_sex",
    "resident_id_valid",
    "resident_id_valid_sql",
    "save",
    "upgrade_resident_id",
    "uscc_check",
    "uscc_valid",
    "uscc_valid_sql",
]
