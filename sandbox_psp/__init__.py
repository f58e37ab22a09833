"""A bank that does not exist: the other side of ``wallet.gateways``, in a process of its own.

It speaks Sadad's and Zibal's dialects and our own payout shape, keeps its books in one SQLite file,
and can be told to fail in every way a real one does. It shares no line with the product, so that a
misreading on one side cannot hide on the other. docs/reference/gateways.md.

    python -m sandbox_psp --port 8091 --state var/psp.sqlite3
"""
