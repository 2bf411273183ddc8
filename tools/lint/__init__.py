"""The house's own lint rules over Python syntax trees; ``python -m tools.lint [paths]`` runs them all."""
