"""The Showcase's pages, one module a subject."""
