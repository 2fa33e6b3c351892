"""How names of Chinese administrative units are shortened, as people do when they write.

楚雄彝族自治州 is 楚雄州 or 楚雄, 新疆维吾尔自治区 is 新疆, 浦东新区 is 浦东. What is left has two characters or
more: 任县 has no short name. This module needs the standard library only: the build of the area tables uses it too.
"""

from __future__ import annotations

from typing import Final

#: Peoples as they stand in names of units → in English. Some names leave out 族.
PEOPLES: Final = {
    "蒙古族": "Mongol", "回族": "Hui", "藏族": "Tibetan", "维吾尔族": "Uyghur", "苗族": "Miao", "彝族": "Yi",
    "壮族": "Zhuang", "布依族": "Buyei", "朝鲜族": "Korean", "满族": "Manchu", "侗族": "Dong", "瑶族": "Yao",
    "白族": "Bai", "土家族": "Tujia", "哈尼族": "Hani", "哈萨克族": "Kazakh", "傣族": "Dai", "黎族": "Li",
    "傈僳族": "Lisu", "佤族": "Wa", "畲族": "She", "拉祜族": "Lahu", "水族": "Sui", "东乡族": "Dongxiang",
    "纳西族": "Naxi", "景颇族": "Jingpo", "柯尔克孜族": "Kyrgyz", "土族": "Tu", "达斡尔族": "Daur", "仫佬族": "Mulao",
    "羌族": "Qiang", "布朗族": "Blang", "撒拉族": "Salar", "毛南族": "Maonan", "仡佬族": "Gelao", "锡伯族": "Xibe",
    "普米族": "Pumi", "塔吉克族": "Tajik", "怒族": "Nu", "鄂温克族": "Evenk", "保安族": "Bonan", "裕固族": "Yugur",
    "独龙族": "Derung", "鄂伦春族": "Oroqen", "各族": "Multi-ethnic", "蒙古": "Mongol", "维吾尔": "Uyghur",
    "哈萨克": "Kazakh", "柯尔克孜": "Kyrgyz", "塔吉克": "Tajik", "锡伯": "Xibe", "达斡尔": "Daur",
}  # fmt: skip

_LONGEST_FIRST: Final = tuple(sorted(PEOPLES, key=len, reverse=True))
#: Autonomous units: the type word, and what the short form keeps of it.
_AUTONOMOUS: Final = {"自治州": "州", "自治县": "县", "自治旗": "旗", "自治区": ""}
_TYPES: Final = ("特别行政区", "地区", "特区", "新区", "林区", "省", "市", "区", "县", "旗", "盟", "州")
_WORDS: Final = (*_AUTONOMOUS, *_TYPES)
_ENDS: Final = frozenset(word[-1] for word in _WORDS)
#: 林区 is a type word in one name only; elsewhere (碑林区, 北林区) 林 belongs to the name.
_FOREST: Final = "神农架林区"


def type_word(name: str) -> str:
    """Return the word at the end of a unit's name that says what it is, or an empty string."""
    if name[-1:] not in _ENDS:
        return ""
    for word in _WORDS:
        if name.endswith(word) and len(name) > len(word):
            if word == "林区" and name != _FOREST:
                continue
            if word in ("新区", "特区", "地区") and len(name) < len(word) + 2:
                continue
            return word
    return ""


def without_peoples(name: str) -> tuple[str, tuple[str, ...]]:
    """Return a name without the peoples at its end, and those peoples in their order.

    The last one stays where nothing but one character would be left: 东乡族 → 东乡, with no people.
    """
    peoples: list[str] = []
    while True:
        people = next((p for p in _LONGEST_FIRST if name.endswith(p)), "")
        if not people:
            break
        if len(name) - len(people) < 2:
            if not peoples and name.endswith("族"):
                name = name.removesuffix("族")
            break
        peoples.insert(0, people)
        name = name.removesuffix(people)
    return name, tuple(peoples)


def stem(name: str) -> str:
    """Return a name without its type word and peoples, whatever is left of it (任县 → 任)."""
    word = type_word(name)
    core = name.removesuffix(word)
    return without_peoples(core)[0] if word in _AUTONOMOUS else core


def short_names(name: str) -> tuple[str, ...]:
    """Return the short names of a unit: with its type shortened (楚雄州) and without it (楚雄)."""
    core, word = stem(name), type_word(name)
    if not word:
        return ()
    found = [core + _AUTONOMOUS[word]] if _AUTONOMOUS.get(word) else []
    if len(core) > 1:
        found.append(core)
    if name.endswith("族区"):  # 管城回族区 is no autonomous unit, and 管城区 all the same
        bare, _ = without_peoples(core)
        found += [bare + "区", bare]
    return tuple(found)
