"""Every query of the room patients: what readers see (``reads``) and what linkage writes (``writes``)."""
