"""Names of themes and divisions as other systems write them."""

from liaison.models import Division

from ..models import Category
from .columns import plain


class Names:
    """Looks up pks by name; read from the database once per file."""

    def __init__(self):
        self.themes = {}
        for category in Category.objects.open():
            for alias in category.aliases.splitlines():
                self.themes.setdefault(plain(alias), category.pk)
        # A theme's own name wins over another's alias.
        self.themes |= {plain(c.name): c.pk for c in Category.objects.open()}
        divisions = list(Division.objects.select_related("parent__parent"))
        self.city = next((d.pk for d in divisions if d.level == Division.Level.CITY), None)
        self.places = {}
        for division in divisions:
            for name in written(division):
                # The same street name in two districts: without the district nobody knows which.
                self.places[name] = None if name in self.places else division.pk

    def theme(self, name: str):
        """The pk of the category called ``name``, or None."""
        return self.themes.get(plain(name))

    def place(self, name: str):
        """The pk of the division called ``name`` (with or without what it lies in) or with that code, or None."""
        return self.places.get(plain(name))


def written(division) -> list[str]:
    """温泉街道, 鼓楼区温泉街道, 福州市鼓楼区温泉街道, 350102001."""
    forms, name, above = [plain(division.name)], division.name, division.parent
    while above is not None and above.level != Division.Level.PROVINCE:
        name, above = above.name + name, above.parent
        forms.append(plain(name))
    return [*forms, division.code]
