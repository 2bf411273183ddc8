"""The pages in a real browser, over a real server with the demo's data."""
