"""How often something may be tried: counted in the cache, and in this process when Valkey does not answer."""

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import RateLimited
from django.core.cache import cache
from django.utils.crypto import salted_hmac


def address_of(request) -> str:
    """Where a request comes from; behind proxies as ``TRUSTED_PROXY_COUNT`` says."""
    return get_adapter().get_client_ip(request)


def once_more(what: str, who: str, limit: int, seconds: int):
    """Count one try of ``what`` by ``who`` (an address, a number). Raises RateLimited, which is answered with 429.

    A window begins with the first try and ends ``seconds`` later, however many tries fall into it.
    """
    key = f"tries:{what}:{salted_hmac('throttle', who).hexdigest()}"
    cache.add(key, 0, seconds)
    try:
        tries = cache.incr(key)
    except ValueError:  # it ended, or the cache server came or went, between the two lines
        cache.set(key, 1, seconds)
        tries = 1
    if tries > limit:
        raise RateLimited
