"""How processes start: settings, addresses, entry points, the supervisor of ``make run``."""
