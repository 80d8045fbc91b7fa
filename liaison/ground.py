"""Names on the ground of a map without tiles. No borders: showing them is for reviewed maps alone (地图管理条例)."""

from .models import Division

# Where each county's seat lies, (latitude, longitude) in WGS 84, rounded to a hundredth of a degree, about 1 km, as any
# public gazetteer lists it: enough to tell which way a place lies, never to measure.
SEATS = {
    "350102": (26.08, 119.30),
    "350103": (26.06, 119.31),
    "350104": (26.04, 119.32),
    "350105": (25.99, 119.46),
    "350111": (26.08, 119.33),
    "350112": (25.96, 119.51),
    "350121": (26.15, 119.15),
    "350122": (26.20, 119.54),
    "350123": (26.49, 119.55),
    "350124": (26.22, 118.87),
    "350125": (25.86, 118.94),
    "350128": (25.50, 119.79),
    "350181": (25.72, 119.38),
}


def names() -> list[list]:
    """[name, latitude, longitude] of each county we know the seat of, in the active language; one query."""
    counties = Division.objects.filter(code__in=SEATS).order_by("code")
    return [[str(county), *SEATS[county.code]] for county in counties]
