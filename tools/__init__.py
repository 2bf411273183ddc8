"""Tools of the house: checks and builders that run beside the product, never inside it."""
