"""Money in and out of the house: one interface, an adapter for each dialect, a registry.

Knows banks, not books: nothing here imports the ledger, and nothing here decides what is credited.
``interface`` has the words, ``registry`` the configured gateways. docs/reference/gateways.md.
"""
