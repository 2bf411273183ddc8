"""Terminology and mapping 标化: every hospital's words become the standard's words.

Responsible for source dictionaries, the mapping of their entries to standard terms, the matcher that proposes and the
knowledge base that it learns from. Not for declaring the standards (standards) nor for reading sources (ingest).
"""
