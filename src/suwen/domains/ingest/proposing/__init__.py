"""Proposing 映射建议: an unknown source read, and a first mapping of it written for a person to correct.

`survey` reads tables, columns, comments, keys and what the first rows hold; `forms` and `evidence` weigh what speaks
for an element behind a column; `matching` decides tables and columns together; `values` maps codes; `writing` makes
feeds of it. What is known of naming is data (`data/`), not code.
"""
