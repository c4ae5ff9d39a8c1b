"""The component page: every shared template in all its states, with invented data, for developers."""

from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 88 88'%3E"
    "%3Cpath fill='%23cfd6d2' d='M0 0h88v88H0z'/%3E"
    "%3Cpath fill='%238a978f' d='M12 70V36l32-18 32 18v34z'/%3E%3C/svg%3E"
)

STATUSES = [
    *("met", "partly", "not_met", "na", "unanswered"),
    *("to_begin", "in_progress", "submitted"),
    *("open", "in_repair", "closed", "overdue"),
    *("draft", "checked", "issued", "delivered", "acknowledged", "withdrawn"),
]

FIGURES = [
    {
        "figure": 10,
        "unit": "个",
        "label": "已检查中心",
        "url": "#figures",
        "sub": "共 11 个",
    },
    {"figure": "84.62", "unit": "分", "label": "平均分", "url": "#figures"},
    {"figure": 23, "unit": "项", "label": "待整改问题", "url": "#figures", "tone": "warn"},
    {"figure": 2, "unit": "项", "label": "已逾期", "url": "#figures", "tone": "bad"},
]
SECTIONS = [
    {"label": "一、建设场地要求", "score": "91.20", "percent": 91, "grade": "优秀"},
    {"label": "二、服务事项要求", "score": "82.00", "percent": 82, "grade": "良好"},
    {"label": "三、服务制度要求", "score": "66.67", "percent": 67, "grade": "合格"},
    {"label": "四、人员配备要求", "score": "50.00", "percent": 50, "grade": "不合格"},
]
COLUMNS = ["乡镇", ("得分", "num"), ("问题", "num"), "等次"]
ROWS = [
    {"name": "城关镇", "score": "92.50", "percent": 93, "open": 2, "grade": "优秀"},
    {"name": "宜沟镇", "score": "83.10", "percent": 83, "open": 6, "grade": "良好"},
    {"name": "五陵镇", "score": "58.40", "percent": 58, "open": 15, "grade": "不合格"},
]
STEPS = [
    {"label": "拟稿", "state": "done", "when": "2026年3月5日", "person": "王建国"},
    {"label": "签发", "state": "done", "when": "2026年3月6日", "person": "李秀英"},
    {"label": "送达", "state": "now", "note": "还剩3个工作日"},
    {"label": "整改期限", "state": "late", "when": "2026年3月12日"},
    {"label": "销号", "state": "todo"},
]
CLAUSE = {
    "clause_text": "2、乡镇便民服务中心面积不低于150平方米,村(社区)便民服务点不低于50平方米。",
    "clause_source": "一、(一)2",
    "rectify": "整改方式：限期整改，30个工作日",
}
ELEMENTS = [
    {"code": word, "label": word, "checked": "checked" if place < 3 else ""}
    for place, word in enumerate(
        ("咨询引导区", "前台综合受理区", "后台审批区", "统一出件区", "自助服务区", "休息等候区")
    )
]
# What is asked, and the state in which it is shown.
SHAPES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {
            "text": "办公场所为开放一体式",
            "kind": "yes_no",
            "na_allowed": False,
            "hint": "看现场：柜台不设玻璃隔断",
        },
        {"last": "上次：合格"},
    ),
    (
        {"text": "设有无障碍通道", "kind": "yes_no"},
        {"status": "met", "met": "checked", "saved": "已保存 14:05"},
    ),
    (
        {"text": "服务指南内容与实际办理一致", "kind": "choice"},
        {
            "status": "not_met",
            "not_met": "checked",
            "note": "指南仍为旧版，缺少办理时限",
            "last": "上次：不合格",
        },
    ),
    (
        {"text": "设有母婴室", "kind": "yes_no"},
        {"status": "na", "na": "checked", "reason": "场地由上级统一设置"},
    ),
    (
        {"text": "建筑面积不低于150平方米", "kind": "number", "unit": "㎡", "threshold": "不低于 150 ㎡"},
        {"value": "132.5", "errors": "请填写数字，例如 132.5", "last": "上次：156 ㎡"},
    ),
    (
        {"text": "设有六个功能区", "kind": "elements", "elements": ELEMENTS, "total": 6},
        {"status": "partly", "present": 3, "last": "上次：4/6"},
    ),
    (
        {
            "text": "每个窗口配备一部电话和两个有线网口",
            "kind": "per_unit",
            "unit": "个",
            "total_label": "窗口总数",
        },
        {"status": "met", "total": 8, "compliant": 8},
    ),
    (
        {
            "text": "随机抽查时窗口空岗",
            "kind": "occurrences",
            "unit": "次",
            "threshold": "每次扣 1 分",
        },
        {"value": 0},
    ),
]


class SampleForm(forms.Form):
    """One field of each ordinary kind, to see labels, help and errors."""

    name = forms.CharField(label="轮次名称", help_text="例如：2026年上半年县级检查", max_length=60)
    kind = forms.ChoiceField(
        label="检查方式",
        choices=[("county", "县级检查"), ("self", "自查")],
    )
    begins_on = forms.DateField(label="开始日期", widget=forms.DateInput(attrs={"type": "date"}))
    scope = forms.ChoiceField(
        label="检查对象",
        widget=forms.RadioSelect,
        choices=[("township", "乡镇便民服务中心"), ("village", "村级便民服务点")],
    )
    note = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="已核对检查对象名单")

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_action = "#forms"
        helper.add_input(Submit("save", "保存"))
        return helper


class SampleFilter(forms.Form):
    """Two filters, as a list page has them."""

    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("open", "待整改")],
    )
    words = forms.CharField(label="名称", required=False)


def component_page(request: HttpRequest) -> HttpResponse:
    """Show the components with invented data; reads nothing from the database."""
    return render(request, "organization/components_page.html", sample_context())


def sample_context() -> dict[str, Any]:
    """Return the page's variables; plain data, so that any renderer can use them."""
    pages = Paginator(range(95), 20)
    return {
        "grades": ["优秀", "良好", "合格", "不合格"],
        "codes": STATUSES,
        "tones": ["success", "info", "warning", "error"],
        "better": Decimal("3.25"),
        "worse": Decimal("-1.50"),
        "figures": FIGURES,
        "sections": SECTIONS,
        "columns": COLUMNS,
        "rows": ROWS,
        "steps": STEPS,
        "photos": [
            {"url": "#photos", "thumbnail": PICTURE, "remove_url": "#photos"},
            {"url": "#photos", "thumbnail": PICTURE},
        ],
        "facts": [
            ("受检单位", "汤阴县宜沟镇便民服务中心"),
            ("检查日期", "2026年3月5日"),
            ("整改通知", "汤审服督〔2026〕3号", "#facts"),
        ],
        "crumbs": [("整改通知", "#"), ("汤审服督〔2026〕3号", "#")],
        "faults": [("#id_name", "轮次名称：请填写名称"), ("#id_begins_on", "开始日期：请选择日期")],
        "page": pages.page(2),
        "form": SampleForm(),
        "refused": SampleForm({"kind": "county"}, auto_id="refused_%s"),
        "filter_form": SampleFilter(auto_id="filter_%s"),
        "items": sample_items(),
    }


def sample_items() -> list[dict[str, Any]]:
    """Return one item of every measure kind, each in another state (see components/item/card.html)."""
    return [
        {
            "code": f"sample.{n}",
            "prefix": f"i{n}",
            "number": f"一（一）{n}",
            "na_allowed": True,
            **CLAUSE,
            **item,
            "state": state,
        }
        for n, (item, state) in enumerate(SHAPES, start=1)
    ]
