"""What happens in the room: passwords, logins, users and roles, and the audit trail. Nothing here commits."""

# The audit listens from the moment the room is loaded, in whatever process.
from suwen.domains.identity.service import audit as audit
