"""Metrics 指标: definitions in packs, cubes by day × institution × department, queries, drill to the rows behind.

Not responsible for the rows themselves (lake) nor for judging them (quality).
"""
