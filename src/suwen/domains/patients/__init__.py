"""Patients (患者主索引 EMPI): finds the person behind every source identity.

Responsible for source identities, persons, matching, suspected pairs, merge and split with history.
Not for clinical data: a person is a set of patient keys, and the lake's rows are never rewritten.
"""
