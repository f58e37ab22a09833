"""All methods that the server carries out; importing this package enters them."""

from host.bridge.methods import launch, local, messages, payments, permissions, storage, token

__all__ = ["launch", "local", "messages", "payments", "permissions", "storage", "token"]
