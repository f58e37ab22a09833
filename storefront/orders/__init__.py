"""Orders: carts, checkout, and what happens until the goods are there and the money is theirs."""
