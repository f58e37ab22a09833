"""Pages of those who work in a shop, and of those who open one."""
