"""Categories of feeds 任务分类: a managed list, and how the feeds of each stand."""
