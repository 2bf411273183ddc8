"""Batch rollout 批量接入: many institutions brought in after one template, each with parameters of its own."""
