"""Every query of the room: lists of entries come and go in sets, decisions one by one."""
