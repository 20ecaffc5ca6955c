"""Valves of the harbour."""
import math

LIMIT = 6.5


class Valve:
    """Opens and closes."""

    def __init__(self, size):
        self.size = size

    def area(self):
        # Of the opening, not of the flange.
        if self.size > LIMIT:
            return math.pi * self.size ** 2 / 4

        return 0


def flow(valve, speed):
    return valve.area() * speed
