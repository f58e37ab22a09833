"""What `make run` and `make test` stand on: services from wheels, processes, one front.

Only the standard library and psycopg are imported here, never Django: the supervisor must start,
and say what is wrong, also when the application cannot.
"""
