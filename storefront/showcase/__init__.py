"""The Showcase: what people find, search, rate and open. Above orders and shops."""
