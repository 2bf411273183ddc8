"""The standards centre 标准中心: datasets, data elements and value sets, their packs, versions and living state.

Responsible for what a standard says. Not for how tables are stored (lake), how local words become standard
words (terms) or how far data conforms (quality).
"""
