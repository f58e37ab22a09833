"""Events to makers' servers: written with what happened, signed, sent in order, never lost.

kinds, outcomes of a call and rules about addresses come first; ``signing`` and ``calling`` know how
to speak to a server; ``events`` writes, ``claiming`` hands out, ``sending`` sends, ``replaying``
sends again; ``endpoints`` is what makers manage.
"""
