"""Ask pages over HTTP with one client and with sixteen, and count the queries each takes."""

import http.client
import threading
import time
from itertools import cycle
from statistics import median, quantiles

from django.db import connection
from django.test.utils import CaptureQueriesContext


def ask(port: int, paths: list[str], cookie: str, count: int) -> list[float]:
    """Seconds of each of ``count`` requests over one kept-alive connection. Raises on anything but 200."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    took, turn = [], cycle(paths)
    for _n in range(count):
        path = next(turn)
        begun = time.perf_counter()
        link.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = link.getresponse()
        answer.read()
        took.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
    link.close()
    return took


def load_with(port, paths, cookie, clients: int, each: int) -> dict:
    """p50 and p95 in milliseconds, and pages a second, of ``clients`` asking ``each`` times side by side."""
    took, faults = [], []

    def one(place):
        try:
            took.extend(ask(port, paths[place % len(paths) :] + paths[: place % len(paths)], cookie, each))
        except Exception as fault:
            faults.append(fault)

    begun = time.perf_counter()
    threads = [threading.Thread(target=one, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    seconds = time.perf_counter() - begun
    return {
        "p50_ms": round(median(took) * 1000, 1),
        "p95_ms": round(quantiles(took, n=20)[-1] * 1000, 1),
        "per_second": round(len(took) / seconds, 1),
    }


def queries(client, path: str) -> int:
    """How many SQL queries a page takes when it is asked the second time."""
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return len(seen)


def pages(port, rooms: dict, rounds: int) -> dict:
    """Every page's figures; ``rooms`` maps a name to (paths, cookie, test client)."""
    found = {}
    for name, (paths, cookie, client) in rooms.items():
        ask(port, paths, cookie, 5)
        found[name] = {
            "queries": queries(client, paths[0]),
            "one": load_with(port, paths, cookie, 1, rounds),
            "sixteen": load_with(port, paths, cookie, 16, max(rounds // 4, 5)),
        }
    bare = found["bare"]
    for figures in found.values():
        for clients in ("one", "sixteen"):
            figures[clients]["ratio"] = round(figures[clients]["p50_ms"] / bare[clients]["p50_ms"], 1)
    return found
