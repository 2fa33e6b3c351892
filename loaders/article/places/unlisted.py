"""Places that no list has: towns, villages, natural regions, told by how their names end."""

from __future__ import annotations

import re
from typing import Final

_TOWN: Final = re.compile(r"(?:镇|乡|苏木|街道)$")
_VILLAGE: Final = re.compile(r"(?:村|社区|嘎查|寨)$")
_NATURAL: Final = re.compile(
    r"(?:山|山脉|岭|河|江|湖|海|峡|峡谷|高原|盆地|平原|草原|沙漠|沙地|流域|半岛|岛|群岛|冰川|湿地|林区|牧区|山区|山脚|高地)$"
)
_REGION: Final = re.compile(r"(?:新区|开发区|高新区|经开区|库区|坝区|片区|藏区|关)$")
#: The end of a unit's name: had it been one of 2019, a list would have it.
_UNIT: Final = re.compile(r"(?:省|市|县|区|州|旗|盟)$")
#: Four characters that the tagger takes for a place name one abroad or in the wild, but not these.
_NO_REGION: Final = re.compile(
    r"^[沪京津苏浙粤闽鲁][\u4e00-\u9fff]|(?:国际|情深|人民|干部|企业|协作|合作|总部|故里|家园|农场|牧场)$"
)
#: Sites are things of their own; their names may begin with a place.
SITE: Final = re.compile(
    r"(?:机场|车站|火车站|[东南西北]站|高铁站|广场|公园|大厦|大桥|码头|口岸|园区|产业园|工业园|示范园|基地|景区|古城|古镇|市场|会展中心|酒店|校区|集市|老街|老城|湾|湖|山|谷)$"
)
STATION: Final = re.compile(r"(?:机场|火车站|高铁站|码头|口岸)$")
#: Words for any town or village, and what counts them.
_ANY: Final = re.compile(
    r"^(?:\d+|[一二三四五六七八九十百两几多各全该本每某数整半])?(?:个|小|大|高海拔|高寒|高原|牧业|纯牧|农牧|重点|中心|特色|示范|贫困|深度|边远|边境|偏远|新|老|古|外|行政|自然|项目|结对|帮扶|受援|"
    r"农|山|乡|城|旅游|美丽|风情|文化|康养|工业|产业|名|强|样板|明星|空壳|搬迁|移民|安置|抵边|民族|苏木|这|那|何|我|他|当地|国|全国|同|邻|集|村|镇)*"
    r"(?:村镇|乡镇|镇|乡|苏木|街道|村|社区|嘎查|寨)$"
)
#: Words that are places in the tagger's eyes, and name none.
_NONE: Final = re.compile(
    r"^(?:(?:.{2,}古|.+小)镇|.?[西东南北中]部.*|南方|北方|国内|国外|海外|境外|境内|内地|沿[海江边].*|[各外本异家故][地乡]|当地|[两三四五六七八九十几多各全本我该\d]+个?[省市县州区旗盟].*|"
    r"贫困.*|民族地区|革命老区|[老山林牧库藏灾新景校社城郊市园]区|[县省]城|城[乡市]|农村|乡村|大山.*|深山.*|草原|高原|雪域.*|边[疆境].*|少数民族.*|"
    r"高寒.*|世界|全球|国际|东西部?|中原|祖国|首都|省会|州府|县域|基层|天下|三区三州|深度.*|上游|下游|两岸|对岸|田间.*|车间|海拔.*|.+[里内外上下]|[青绿]水青?山|金山银山|绿水青山)$"
)
_PARTS: Final = re.compile(r"(?:[园景校社城郊市山林牧库矿港新老片辖]区|地区|小区|街区|城市|都市|各县|五县|两县)$")
#: Characters that make no name of a village: 全村, 农村.
_NO_VILLAGE: Final = "整全各本该每乡农山某两几多小新老一二三四五六七八九十"
#: What writers call a county of some people: 靖西壮乡. Townships of a people end in 族乡.
_HOMELAND: Final = re.compile(r"(?:[壮苗侗瑶藏彝羌畲傣回黎]|土家)乡$")
#: A town or village at a position of a word; the shortest that does not end at once.
_PART: Final = re.compile(
    r"[\u4e00-\u9fff·]{1,7}?(?:民族乡|[镇乡](?![镇村])|苏木|街道|社区|嘎查|村(?!民|委|寨|镇|庄|级|集体|里))"
)


def level_of(word: str) -> str:
    """Return township, village, natural region or region for a name by its end; empty for what is no such name."""
    if len(word) < 2 or _ANY.match(word) or _NONE.match(word) or _HOMELAND.search(word) or not word.isalpha():
        return ""
    if _TOWN.search(word):
        return "township" if len(word) > 2 else ""
    if _VILLAGE.search(word):
        return "village" if len(word) > 2 else ""
    if _REGION.search(word):
        return "region" if len(word) > 3 else ""
    if _UNIT.search(word):
        return ""
    if _NATURAL.search(word) and len(word) > 2:
        return "natural region"
    return "region" if len(word) == 4 and not (SITE.search(word) or _NO_REGION.search(word)) else ""


def is_county(word: str) -> bool:
    """Whether a name ends as those of counties do, and is none for any part of a town."""
    return (
        3 <= len(word) <= 6
        and word[-1] in "县区市旗"
        and word[0] not in _NO_VILLAGE
        and not (_NONE.match(word) or _REGION.search(word) or _PARTS.search(word))
    )


def town_within(text: str, at: int, end: int, *, trusted: bool = False) -> int:
    """Return where a town or village ends that begins at a position of a word ending at `end`; 0 where none does.

    Directly behind a county (`trusted`), or before a village, even 古城镇 is a name.
    """
    found = _PART.match(text, at, end)
    if found is not None and (behind := _PART.match(text, found.end(), found.end() + 9)):
        trusted = trusted or level_of(behind[0]) == "village"
    if found is None or (
        len(found[0]) < 3 and not (trusted and found[0][1] == "村" and found[0][0] not in _NO_VILLAGE)
    ):
        return 0
    if len(found[0]) == 2:
        return found.end()
    if trusted and len(found[0]) == 3 and found[0][-1] in "镇乡" and found[0][0] in "古新老大小":
        return found.end()
    if trusted and len(found[0]) > 3 and found[0].endswith("古镇"):
        return found.end()  # 黑水县色尔古镇 is a town
    return found.end() if level_of(found[0]) in ("township", "village") else 0
