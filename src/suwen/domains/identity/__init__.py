"""Identity: who may come in, what they may do, which data they may see, and the record of what they did.

Responsible for users, roles, data scopes, passwords, sessions, and the logs of logins, changes and unmasked reading.
Not for staff as such (orgs) nor for patients.
"""
