"""Documents as rows: text in any encoding, JSON and XML records, wherever a connector finds them."""
