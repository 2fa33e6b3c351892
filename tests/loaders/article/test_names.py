"""Names of programmes, products, events and mechanisms, and what only looks like one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from loaders.article import mechanisms, names, themes
from loaders.article.case_spans import divide
from loaders.article.facts import Name
from loaders.article.scope import Scope, scopes
from loaders.article.segments import structure


def scopes_of(text: str) -> list[Scope]:
    parts = structure(text)
    return scopes(text, parts, divide(parts, text).cases)


def names_of(text: str) -> list[Name]:
    memory = names.Memory()
    stretches = scopes_of(text)
    for scope in stretches:
        names.learn(scope, memory)
    found = [name for scope in stretches for name in names.find(scope, memory)]
    assert all(text[name.start : name.end] == name.surface for name in found)
    return found


def told(text: str) -> dict[str, str]:
    return {name.name: name.kind for name in names_of(text)}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("青溪县启动“春苗护航”助学项目。", "春苗护航", "programme"),
        ("两地联合开展“山货进城”活动。", "山货进城", "programme"),
        ("公司推出“云岭好物”品牌。", "云岭好物", "brand"),
        ("拍摄了《青溪之春》宣传片。", "青溪之春", "work (promotional film)"),
        ("编写了《茶树栽培手册》一书。", "茶树栽培手册", "work (book)"),
        ("两地签订了《劳务协作协议》。", "劳务协作协议", "document"),
        ("村里办起“爱心超市”。", "爱心超市", "scheme"),
        ("“青溪蜜橘”获得国家地理标志认证。", "青溪蜜橘", "product (geographical indication)"),
        ("产品亮相第三届中国国际茶叶博览会。", "第三届中国国际茶叶博览会", "event"),
        ("以“三送三看”为抓手推进工作。", "三送三看", "model"),
        ("形成“资源变资产、农民变股东”的格局。", "资源变资产、农民变股东", "model"),
        ("启动“光明之路”“春雨润心”公益活动。", "光明之路", "programme"),
        ("粤桂协作工作队来到村里。", "粤桂协作", "programme"),
        ("学校引入德国学徒制模式。", "学徒制", "model"),
        ("这里创建了全域旅游示范县。", "全域旅游示范县", "programme"),
        ("两校合办的“青溪工匠班”有了毕业生。", "青溪工匠班", "programme"),
        ("铁路开通“浙皖号”,游客多了。", "浙皖号", "programme"),
        ("园区采用“四统三分”,效益好。", "四统三分", "model"),
        ("双方共建“智慧茶园云”。", "智慧茶园云", "platform"),
        ("打造了青溪国际旅游小镇。", "青溪国际旅游小镇", "scenic spot"),
    ],
)  # fmt: skip
def test_a_name_takes_its_kind_from_its_surroundings(text: str, name: str, kind: str) -> None:
    assert told(text).get(name) == kind


@pytest.mark.parametrize(
    "text",
    [
        "居民的“菜篮子”丰富了。", "坚持“生态优先、绿色发展”理念。", "破解“漏斗式”扶贫难题。", "群众吃上“定心丸”。",
        "完成“最后一公里”配送。", "大力发展“互联网+”产业。", "推进“旅游+”融合。",
        "实施精准扶贫。", "他们推出“我们都要富起来”的口号。", "他说:“我们一定努力。”",
    ],
)  # fmt: skip
def test_words_in_quotes_for_effect_are_no_names(text: str) -> None:
    assert told(text) == {}


def test_a_name_is_known_again_without_its_quotes() -> None:
    text = "两地开展“山货进城”活动。第二年,山货进城覆盖了三个区。\n\n“山货进城”做法得到肯定。"

    found = names_of(text)
    assert [(name.name, name.kind) for name in found] == [("山货进城", "programme")] * 3
    assert [name.rule for name in found][1:] == ["name.remembered", "name.remembered"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("采用“公司+合作社+农户”的模式。", ["公司", "合作社", "农户"]),
        ("推行公司＋基地＋农户模式。", ["公司", "基地", "农户"]),
        ("建立“党支部+合作社+贫困户”利益联结机制。", ["党支部", "合作社", "贫困户"]),
        ("探索“党建+电商+农户”的路子。", ["党建", "电商", "农户"]),
        ("形成“企业—合作社—农户”经营模式。", ["企业", "合作社", "农户"]),
        ("通过“龙头企业(外地)+村集体+茶农”机制。", ["龙头企业(外地)", "村集体", "茶农"]),
    ],
)
def test_a_mechanism_has_its_parts_in_order(text: str, parts: list[str]) -> None:
    (model,) = [name for name in names_of(text) if name.parts]

    assert model.kind == "model"
    assert [surface for _, _, surface in model.parts] == parts
    assert all(text[start:end] == surface for start, end, surface in model.parts)


@pytest.mark.parametrize(
    "text",
    ["发展“互联网+农业”。", "成绩为3+2分。", "推行“1+1+1”帮扶模式。", "拨打电话0571-8888-9999咨询。", "A—B线通车。"],
)
def test_a_sum_that_is_none_has_no_parts(text: str) -> None:
    assert [name for name in names_of(text) if name.parts] == []


def test_a_part_is_of_a_kind() -> None:
    assert mechanisms.part_type("农业龙头企业")[0] == "leading-enterprise"
    assert mechanisms.part_type("东溪县茶叶专业合作社")[0] == "cooperative"
    assert mechanisms.part_type("天外来客") == (None, None)


def test_no_name_lies_inside_another_or_across_a_break() -> None:
    text = "采用“公司+合作社+农户”的模式,开展“山货\n\n进城”活动。"

    found = names_of(text)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("上海医疗队在县医院开展手术和义诊,救治患者,提升诊疗水平。", {"health"}),
        ("村里建起景区,民宿接待游客,乡村旅游红火起来,门票收入增加。", {"tourism"}),
        ("组织劳务协作招聘会,送出务工人员,稳岗返岗,增加就业岗位。", {"employment"}),
    ],
)
def test_a_case_is_about_what_its_words_speak_of(text: str, wanted: set[str]) -> None:
    assert set(themes.find(scopes_of(text)[0])[0]) == wanted


@pytest.mark.parametrize("text", ["今天天气很好,我们去散步。", "1 2 3 4 5", "Nothing to see here."])
def test_a_text_about_nothing_of_the_kind_has_no_theme(text: str) -> None:
    assert themes.find(scopes_of(text)[0]) == ([], [])
