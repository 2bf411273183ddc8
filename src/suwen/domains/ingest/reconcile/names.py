"""Names of the jobs of reconciliation, which others queue too."""

CHECK, SETTLE, CHECK_INDICATOR = "ingest.check_feed", "ingest.settle_difference", "ingest.check_indicator"
