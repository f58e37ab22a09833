"""Reference pages that are made from the code, so that they cannot be wrong.

Each page is a function that returns its text; ``python -m config.reference`` writes them all, a
test compares them with what is committed.
"""
