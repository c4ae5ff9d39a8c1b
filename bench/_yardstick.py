"""A fixed work by which the speed of a shared machine can be told."""

import time


def yardstick(_turn: int = 0) -> int:
    """300,000 turns of a loop in pure Python: about 15 ms on a free core of 2026."""
    total = 0
    for number in range(300_000):
        total += number * number % 7
    return total


def milliseconds() -> float:
    """What it takes of a processor just now, in milliseconds: the least of five times."""
    spent = []
    for _ in range(5):
        begin = time.process_time()
        yardstick()
        spent.append(time.process_time() - begin)
    return 1000 * min(spent)
