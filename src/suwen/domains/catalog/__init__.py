"""The data catalogue 数据资产: which standard data there is, how full it is, and its rows to browse and download.

Responsible for showing the lake by the words of the standards. Not for judging the data (quality) nor for what a row
means together with others (records, metrics).
"""
