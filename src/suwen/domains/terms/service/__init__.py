"""What happens to source dictionaries: loaded, harvested, matched, decided on, applied."""
