"""HL7 v2: messages read, flattened into tables by a declaration, acknowledged; MLLP is how they travel."""
