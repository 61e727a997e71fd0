"""What is read ahead comes in order, errors come in their place, and nobody reads on for nobody."""

import threading
from collections.abc import Iterator

import pytest

from project.data.prefetch import prefetch


def test_items_come_in_order_from_another_thread() -> None:
    threads = []

    def items() -> Iterator[int]:
        for i in range(100):
            threads.append(threading.get_ident())
            yield i

    assert list(prefetch(items())) == list(range(100))
    assert set(threads).isdisjoint({threading.get_ident()})


def test_an_error_comes_after_what_was_read_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("at the second")

    got = []
    with pytest.raises(ValueError, match="at the second"):
        for item in prefetch(items()):
            got.append(item)  # noqa: PERF402 the loop is what is looked at
    assert got == [1]


def test_the_reader_ends_with_whoever_listens() -> None:
    read: list[int] = []

    def items() -> Iterator[int]:
        for i in range(1000):
            read.append(i)
            yield i

    before = threading.active_count()
    stream = prefetch(items(), depth=2)
    assert next(stream) == 0
    stream.close()
    assert threading.active_count() == before
    assert len(read) <= 5
