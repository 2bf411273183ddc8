"""How identities are compared: normalised columns, sure rules, a probabilistic model, clusters under vetoes."""
