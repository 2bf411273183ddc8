"""Benchmarks: one file each, run by `suwen bench NAME`."""
