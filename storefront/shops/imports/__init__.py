"""Import of products and shops from files: read, checked, written in chunks, undone."""
