"""English names of Chinese units: the usual ones where there are some, else pinyin and a type word.

Pinyin is not the official romanisation in Tibet, Xinjiang and Inner Mongolia, so generated names are marked as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Final

PROVINCES: Final = {
    "11": "Beijing Municipality", "12": "Tianjin Municipality", "13": "Hebei Province", "14": "Shanxi Province",
    "15": "Inner Mongolia Autonomous Region", "21": "Liaoning Province", "22": "Jilin Province",
    "23": "Heilongjiang Province", "31": "Shanghai Municipality", "32": "Jiangsu Province", "33": "Zhejiang Province",
    "34": "Anhui Province", "35": "Fujian Province", "36": "Jiangxi Province", "37": "Shandong Province",
    "41": "Henan Province", "42": "Hubei Province", "43": "Hunan Province", "44": "Guangdong Province",
    "45": "Guangxi Zhuang Autonomous Region", "46": "Hainan Province", "50": "Chongqing Municipality",
    "51": "Sichuan Province", "52": "Guizhou Province", "53": "Yunnan Province", "54": "Tibet Autonomous Region",
    "61": "Shaanxi Province", "62": "Gansu Province", "63": "Qinghai Province", "64": "Ningxia Hui Autonomous Region",
    "65": "Xinjiang Uyghur Autonomous Region", "71": "Taiwan", "81": "Hong Kong Special Administrative Region",
    "82": "Macao Special Administrative Region",
}  # fmt: skip

#: Places whose usual English name is not their pinyin; stem in Chinese → English.
USUAL: Final = {
    "呼和浩特": "Hohhot", "鄂尔多斯": "Ordos", "呼伦贝尔": "Hulunbuir", "巴彦淖尔": "Bayannur", "乌兰察布": "Ulanqab",
    "锡林郭勒": "Xilingol", "阿拉善": "Alxa", "兴安盟": "Hinggan", "哈尔滨": "Harbin", "齐齐哈尔": "Qiqihar",
    "拉萨": "Lhasa", "日喀则": "Shigatse", "昌都": "Qamdo", "林芝": "Nyingchi", "那曲": "Nagqu", "阿里": "Ngari",
    "阿坝": "Ngawa", "甘孜": "Garze", "迪庆": "Deqen", "果洛": "Golog", "乌鲁木齐": "Urumqi", "克拉玛依": "Karamay",
    "吐鲁番": "Turpan", "喀什": "Kashgar", "和田": "Hotan", "伊犁": "Ili", "阿勒泰": "Altay", "巴音郭楞": "Bayingolin",
    "博尔塔拉": "Bortala", "克孜勒苏": "Kizilsu", "阿克苏": "Aksu",
}  # fmt: skip

#: Words that the pronouncing dictionary reads as another word; stem → syllables.
READINGS: Final = {
    "朝阳": "chao yang", "蔚": "yu", "涡阳": "guo yang", "乐陵": "lao ling",
    "单": "shan", "浚": "xun", "南乐": "nan le", "漯河": "luo he", "曾都": "zeng du", "民乐": "min le",
    "繁峙": "fan shi", "荥经": "ying jing", "筠连": "jun lian", "洪洞": "hong tong", "大城": "dai cheng",
    "宕昌": "tan chang", "珲春": "hun chun", "闵行": "min hang",
}  # fmt: skip

TYPES: Final = {
    "自治区": "Autonomous Region", "自治州": "Autonomous Prefecture", "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner", "地区": "Prefecture", "盟": "League", "市": "City", "县": "County", "旗": "Banner",
    "新区": "New Area", "特区": "Special District", "林区": "Forestry District",
    "矿区": "Mining District", "区": "District",
}  # fmt: skip


def english(name: str, names: ModuleType, read: Callable[[str], Iterable[str]]) -> str:
    """Return the English name of a unit; `names` is loaders.gazetteer.names, `read` gives a word's syllables."""
    stem, word = names.stem(name), names.type_word(name)
    core = name.removesuffix(word)
    peoples = names.without_peoples(core)[1] if word.startswith("自治") else ()
    if name.endswith("矿区") and len(stem) > 2:
        stem, word = stem.removesuffix("矿"), "矿区"
    called = [names.PEOPLES[people] for people in peoples]
    ethnic = " and ".join(filter(None, [", ".join(called[:-1]), *called[-1:]]))
    usual = USUAL.get(name) or USUAL.get(stem) or romanised(syllables(stem, read))
    return " ".join(filter(None, [usual, ethnic, TYPES.get(word, "")]))


def syllables(stem: str, read: Callable[[str], Iterable[str]]) -> Iterable[str]:
    """Return the syllables of a stem, without tones. 长 is chang in all names of units but 长子."""
    found = READINGS[stem].split() if stem in READINGS else list(read(stem))
    if stem != "长子" and len(found) == len(stem):
        found = ["chang" if c == "长" else syllable for c, syllable in zip(stem, found, strict=True)]
    return found


def romanised(parts: Iterable[str]) -> str:
    """Return syllables as one capitalised word, with an apostrophe where a vowel begins one: Xi'an."""
    word = ""
    for syllable in parts:
        word += f"'{syllable}" if word and syllable[:1] in "aeo" else syllable
    return word.capitalize()
