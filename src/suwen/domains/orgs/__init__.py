"""Institutions, departments, staff and administrative divisions 机构、科室、人员、行政区划, and identifier rules.

Responsible for who provides care and where, and for what makes an official number valid. Not for users and their
rights (identity), nor for who a number belongs to (patients).
"""
