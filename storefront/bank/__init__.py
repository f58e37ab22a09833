"""My Bank: a person's own money, told as people tell it."""
