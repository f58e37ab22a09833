"""Search over products: their rows, the words they are written in, and how a query is read."""
