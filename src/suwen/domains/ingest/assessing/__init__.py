"""Assessment of collection 接入质量评估: what the room has counted, as five dimensions from 0 to 100 per cent."""
