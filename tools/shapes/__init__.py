"""Shapes of movement around an account: each is held against what chance gives accounts of such degrees.

A shape's weight is the natural logarithm of a likelihood ratio: how many times likelier the transfers around the
account are with the shape among them than by ordinary transfers alone. Weights of all shapes share that measure, so
that the heaviest is the one to tell first.
"""
