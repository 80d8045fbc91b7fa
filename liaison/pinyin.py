"""Names in pinyin: what deputies are sorted and found by."""

import unicodedata

from pypinyin import lazy_pinyin

# Characters read otherwise when they are a family name.
FAMILY_NAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "朴": "piao", "翟": "zhai",
    "缪": "miao", "覃": "qin", "盖": "ge", "召": "shao", "员": "yun", "黑": "he", "种": "chong", "秘": "bi",
    "折": "she", "繁": "po", "祭": "zhai", "洗": "xian", "隗": "wei",
}  # fmt: skip


def of_name(name: str) -> str:
    """ "林静" gives "lin jing": lower case, ü as v, a blank between syllables; what has no pinyin is left out."""
    syllables = lazy_pinyin(name)
    if name[:1] in FAMILY_NAMES:
        syllables[0] = FAMILY_NAMES[name[0]]
    words = ("".join(c for c in syllable.lower() if c.isascii() and c.isalnum()) for syllable in syllables)
    return " ".join(word for word in words if word)


def asked(words: str) -> str:
    """What somebody typed to find a name, as ``Deputy.sought`` has it: lower case, no blanks, points, tones."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", words).lower().replace("ü", "v"))
    return "".join(c for c in plain if c.isalnum())
