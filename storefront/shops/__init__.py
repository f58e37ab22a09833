"""Shops: a channel, a catalogue and its staff. Orders stand above (``storefront.orders``)."""
