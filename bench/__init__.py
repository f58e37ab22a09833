"""What `make bench` runs: each module measures one thing against a plain one, side by side.

A module of this folder with a function `measure()` is a benchmark; its first docstring line is its
title. Only ratios are compared: machines differ, and so does what else runs on them.
"""
