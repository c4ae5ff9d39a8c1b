"""Faults in words, one line each: where, what was found, what was expected."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

from .faults import Fault, Faults

KIND_NAMES = {"township": gettext_noop("乡镇便民服务中心"), "village": gettext_noop("村（社区）便民服务点")}

EXPECTED: Mapping[str, str] = {
    "required": gettext_noop("必须填写"),
    "mapping": gettext_noop("应为一组“名称: 值”，包括：%(keys)s"),
    "known_key": gettext_noop("不认识这个名称，可用的有：%(keys)s"),
    "list": gettext_noop("应为列表"),
    "list_length": gettext_noop("应有%(least)s至%(most)s项，现有%(count)s项"),
    "text": gettext_noop("应为文字（纯数字请加引号）"),
    "text_empty": gettext_noop("文字不能为空"),
    "text_length": gettext_noop("最多%(most)s个字符，现有%(count)s个"),
    "text_characters": gettext_noop("不能含有控制字符"),
    "code": gettext_noop("应为代码：以字母或数字开头，只用字母、数字和 . _ -，最多64个字符"),
    "number": gettext_noop("应为数字，如 150 或 82.5（整数部分最多12位，小数最多6位）"),
    "number_range": gettext_noop("应为 %(least)s 至 %(most)s 的数"),
    "number_least": gettext_noop("应为不小于 %(least)s 的数"),
    "number_most": gettext_noop("应为不大于 %(most)s 的数"),
    "whole": gettext_noop("应为整数"),
    "count": gettext_noop("应为 0 至 %(most)s 的整数"),
    "flag": gettext_noop("应为 true 或 false"),
    "one_of": gettext_noop("应为下列之一：%(options)s"),
    "repeated": gettext_noop("不能重复"),
    "date": gettext_noop("应为日期，如 2021-11-02"),
    "format": gettext_noop("应为 %(format)s，本系统只认识这一种格式"),
    "duplicate_code": gettext_noop("已在前面用过，不能重复"),
    "grade_order": gettext_noop("等次应从高到低排列，本级的最低分应小于上一级的 %(above)s"),
    "grade_zero": gettext_noop("最后一个等次的最低分应为 0"),
    "points_places": gettext_noop("分值最多%(places)s位小数，与得分保留的位数一致"),
    "working_days_only_fixed_term": gettext_noop("只有限期整改（fixed_term）才填写工作日数"),
    "items_for_kind": gettext_noop("没有一个检查项适用于%(kind)s，每类服务场所至少要有一项"),
    "points_for_kind": gettext_noop("适用于%(kind)s的检查项分值合计应大于 0"),
    "maximum_below_minimum": gettext_noop("上限不能小于下限 %(minimum)s"),
    "minimum_positive": gettext_noop("按比例计分时下限应大于 0"),
    "proportional_without_minimum": gettext_noop("按比例计分时必须有下限"),
    "band_end": gettext_noop("这一档应写上限 below，只有最后一档不写"),
    "band_last": gettext_noop("最后一档不写上限 below，包括其余的全部"),
    "band_order": gettext_noop("各档应从小到大，本档的上限应大于上一档的 %(above)s"),
    "limit": gettext_noop("应为一个数，或按服务场所类别（township、village）分别给出"),
    "element_for_kind": gettext_noop("没有一个要素适用于%(kind)s，至少要有一个"),
    "above_zero": gettext_noop("应为大于 0 的数"),
    "link_missing": gettext_noop("本版次有%(count)s个检查项没有写明从何而来：%(codes)s"),
    "link_missing_old": gettext_noop("上一版次有%(count)s个检查项没有写明去向：%(codes)s"),
    "link_not_same": gettext_noop("两个版次的这一项并不相同（%(names)s），应为 changed"),
    "edition_known": gettext_noop("没有载入这个标准的这个版次，请先载入：%(known)s"),
    "edition_itself": gettext_noop("不能接续自己"),
    "braces": gettext_noop("花括号不成对，或写法不对"),
    "placeholder": gettext_noop("不能使用 {%(name)s}，这种判定方法可用的有：%(known)s"),
    "element": gettext_noop("应为适用的要素代码之一：%(options)s"),
    "compliant": gettext_noop("符合的数量不能多于总数 %(total)s"),
    "answer": gettext_noop('应为 {"value": …} 或 {"na": true, "reason": "…"}'),
    "answers": gettext_noop("应为以检查项代码为名称的一组答案"),
    "item_code": gettext_noop("标准中没有这个检查项"),
    "item_for_kind": gettext_noop("这个检查项不适用于%(kind)s"),
    "na_true": gettext_noop("只能为 true；适用的检查项请填写 value"),
    "na_not_allowed": gettext_noop("这个检查项不能填“不适用”"),
    "file_size": gettext_noop("文件不能大于1 MB"),
    "file_readable": gettext_noop("应为可以读取的文件"),
    "file_not_directory": gettext_noop("应为文件，这是一个文件夹"),
    "utf8": gettext_noop("应为 UTF-8 编码的文本，第%(position)s字节不是"),
    "no_nul": gettext_noop("应为文本，第%(position)s个字符是空字符"),
    "not_empty": gettext_noop("文件不能为空"),
    "yaml": gettext_noop("不是正确的 YAML"),
    "yaml_characters": gettext_noop("YAML 中有不允许的字符"),
    "json": gettext_noop("不是正确的 JSON"),
    "one_document": gettext_noop("一个文件只能有一份内容"),
    "depth": gettext_noop("嵌套不能超过%(most)s层"),
    "no_alias": gettext_noop("不能使用 YAML 引用"),
    "no_anchor": gettext_noop("不能使用 YAML 锚点"),
    "no_tag": gettext_noop("不能使用 YAML 标签"),
    "plain_key": gettext_noop("名称应为普通文字"),
    "unique_key": gettext_noop("名称重复"),
    "uuid": gettext_noop("应为 UUID，如 0192f3c4-5a6b-7c8d-9e0f-1a2b3c4d5e6f"),
    "whole_range": gettext_noop("应为 %(least)s 至 %(most)s 的整数"),
    "moment": gettext_noop("应为带时区的时间，如 2026-11-20T10:00:00+08:00"),
    "sha256": gettext_noop("应为 SHA-256：64个小写十六进制字符"),
    "picture_bytes": gettext_noop("应为 Base64 编码的照片，不超过%(most)s KB"),
    "draft": gettext_noop("应为本系统从设备导出的草稿文件"),
    "draft_version": gettext_noop("应为 1，请在导出草稿的版本上导入"),
    "draft_unchanged": gettext_noop("与导出时的内容不一致，文件可能被改动或没有传完"),
    "content_type": gettext_noop("应为 JSON（application/json）"),
    "whole_body": gettext_noop("内容没有收完，请重新发送"),
    "finite": gettext_noop("应为数字，不能是 NaN 或 Infinity"),
}


def describe(fault: Fault) -> str:
    """One line without the file's name: path, what was found, what was expected."""
    parts = [fault.path] if fault.path else []
    if "line" in fault.params:
        parts.append(gettext("第%(line)s行第%(column)s列") % fault.params)
    if fault.found:
        parts.append(gettext("发现 %(found)s") % {"found": fault.found})
    elif fault.expected == "required":
        parts.append(gettext("没有找到"))
    parts.append(_expected(fault))
    return gettext("：").join(parts)


def lines(faults: Faults) -> list[str]:
    """One line a fault, each beginning with the file's name where there is one."""
    return [
        gettext("：").join([faults.source, describe(fault)] if faults.source else [describe(fault)])
        for fault in faults.faults
    ]


def _expected(fault: Fault) -> str:
    params = dict(fault.params)
    code = fault.expected
    if code == "number_range" and not params["most"]:
        code = "number_least"
    elif code == "number_range" and not params["least"]:
        code = "number_most"
    if "kind" in params:
        params["kind"] = gettext(KIND_NAMES.get(params["kind"], params["kind"]))
    text = gettext(EXPECTED[code]) % params
    if near := params.get("near"):
        text += gettext("，是否想写 %(near)s？") % {"near": near}
    return text
