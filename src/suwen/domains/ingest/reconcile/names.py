"""Names of the jobs of reconciliation, which others queue too."""

CHECK, SETTLE = "ingest.check_feed", "ingest.settle_difference"
