"""Let one thread read ahead while another works on what it has read."""

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable


def prefetch[T](items: Iterable[T], depth: int = 2) -> Generator[T]:
    """Yield items that a thread takes from their source meanwhile, in the same order.

    Arrow reads and writes without holding Python's lock, so that two cores share the work.

    Parameters
    ----------
    items
        The source. What it raises is raised here, in its place.
    depth
        How many items may wait.
    """
    waiting: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(depth)
    stopped = threading.Event()

    def put(item: tuple[T] | BaseException | None) -> None:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(item, timeout=0.1)
                return

    def read() -> None:
        try:
            for item in items:
                put((item,))
                if stopped.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        while True:
            item = waiting.get()
            if isinstance(item, tuple):
                yield item[0]
            elif item is None:
                return
            else:
                raise item
    finally:
        stopped.set()
        reader.join()
