"""The map of nodes 节点地图: borders of divisions as the platform's own vector tiles, institutions with their state."""
