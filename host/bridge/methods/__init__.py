"""All methods that the server carries out; importing this package enters them."""

from host.bridge.methods import launch, local, payments, storage, token

__all__ = ["launch", "local", "payments", "storage", "token"]
