"""The engines that run SQL over the lake, all behind one Protocol, and how one is chosen."""
