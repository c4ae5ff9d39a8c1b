"""The sentences that tell a person why a document was refused, and where in it."""

from django.utils.translation import gettext, gettext_lazy

from .document import DocumentRefused, Place

SENTENCES = {
    "no_findings": gettext_lazy("本次检查没有发现问题，不需要发整改通知。"),
    "nothing_submitted": gettext_lazy("还没有已提交的检查，没有可以写入公文的内容。"),
    "no_notice": gettext_lazy("这个中心（点）没有更早印发的整改通知，无从复查。"),
    "empty": gettext_lazy("“%(place)s”不能为空。"),
    "forbidden_word": gettext_lazy("“%(place)s”中有“%(word)s”，整改通知不使用这个词，请改写。"),
    "missing_image": gettext_lazy("公文要用的一张图片没有找到（编号 %(image)s），请重新上传后再试。"),
    "changed_image": gettext_lazy(
        "公文要用的一张图片（编号 %(image)s）与检查时存下的不一致，不能印入公文。请联系系统维护人员。"
    ),
    "unreadable_image": gettext_lazy(
        "公文要用的一张图片（编号 %(image)s）不是完好的 JPEG 或 PNG 图片，请重新上传。"
    ),
    "too_large": gettext_lazy("公文的内容太多，超过了一份公文的上限，请分成几份。"),
    "too_many_pages": gettext_lazy("公文超过%(pages)s页，请分成几份。"),
    "too_slow": gettext_lazy("公文排版超过%(seconds)s秒仍未完成，已经停止。请减少内容后再试。"),
    "malformed": gettext_lazy("保存的公文数据已损坏（%(place)s）。"),
    "missing_glyph": gettext_lazy(
        "“%(place)s”中的“%(character)s”（%(code)s）没有字体可以印出，请换一个写法。"
    ),
}
PLACES = {
    "issuer": gettext_lazy("发文机关"),
    "mark": gettext_lazy("发文机关标志"),
    "number": gettext_lazy("发文字号"),
    "title": gettext_lazy("标题"),
    "addressee": gettext_lazy("主送机关"),
    "opening": gettext_lazy("正文开头"),
    "parts": gettext_lazy("正文"),
    "attachments": gettext_lazy("附件说明"),
    "signature": gettext_lazy("署名"),
    "dated": gettext_lazy("成文日期"),
    "note": gettext_lazy("附注"),
    "copy_to": gettext_lazy("抄送机关"),
    "printed_by": gettext_lazy("印发机关"),
    "printed_on": gettext_lazy("印发日期"),
    "findings": gettext_lazy("附件1 问题清单"),
    "feedback": gettext_lazy("附件2 整改情况反馈表"),
    "annexes": gettext_lazy("附件"),
    "proof": gettext_lazy("送达凭证"),
    "post": gettext_lazy("签发人职务"),
    "facts": gettext_lazy("表头"),
    "table": gettext_lazy("台账"),
}


def explain(refused: DocumentRefused) -> str:
    """Return a refusal as a sentence in the reader's language."""
    params = dict(refused.params)
    if "place" in params:
        params["place"] = place_words(params["place"])
    if character := params.get("character"):
        params["code"] = f"U+{ord(character):04X}"
    return str(SENTENCES[refused.code]) % params


def place_words(place: Place) -> str:
    """Return a place in the document in words; a row of an annex with its number."""
    if not place:
        return gettext("公文")
    words = str(PLACES.get(str(place[0]), place[0]))
    if place[1:2] == ("rows",) and len(place) > 2:
        row = gettext("第%(number)s项") % {"number": int(place[2]) + 1}
        return f"{words} {row}"
    return words
