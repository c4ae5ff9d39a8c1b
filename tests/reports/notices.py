"""Notices for the tests of documents: facts that a county office could have written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from reports.document import Notice, Number
from reports.drafting import FindingFacts, InspectionFacts, Office, compose_notice
from reports.wording import Deadline

SITE, FACILITIES = "一、建设场地要求", "二、服务设施要求"
SERVICES, SYSTEMS, STAFF = "三、进驻事项要求", "四、制度建设要求", "五、人员配备要求"
MONTH = Deadline("fixed_term", due=date(2026, 12, 24))
LATER = Deadline("fixed_term", due=date(2027, 1, 20), provisional=True)
AT_ONCE, SUSTAINED = Deadline("at_once"), Deadline("sustained")

OFFICE = Office(
    name="汤阴县审批服务便民化工作领导小组办公室",
    mark="汤阴县审批服务便民化工作领导小组办公室文件",
    code="审服办",
    contact="李明",
    phone="0372-6212345",
    copy_to="安阳市行政审批和政务信息管理局，县政府办公室，县纪委监委",
)
FINDINGS = (
    (SITE, "一、（一）2", "建筑面积为120平方米，低于规定的150平方米",
     "按不低于150平方米的标准调整或扩建服务场所", "4", LATER),
    (SITE, "一、（一）3", "周边道路未设置外部导向标识",
     "在主要路口设置道路导向标识，引导群众准确快捷地找到便民服务中心", "2", MONTH),
    (SITE, "一、（一）5", "无障碍通道坡度过陡，未设置扶手", "改造无障碍通道，加装扶手和防滑条", "1.5", MONTH),
    (SITE, "一、（二）1", "缺少自助服务区、等候区，主出入口未公示工作时间和安全出口",
     "补齐自助服务区和等候区，在主出入口醒目位置设置公示牌", "2.67", MONTH),
    (FACILITIES, "二、1", "6个服务窗口中有2个只有1个有线网络接口",
     "为每个窗口配齐1个电话接口和2个有线网络接口，保证内外网物理隔离", "1.33", MONTH),
    (FACILITIES, "二、3", "未提供老花镜、医药箱、轮椅", "配齐便民设施，免费供服务对象使用", "1", AT_ONCE),
    (FACILITIES, "二、3", "监控系统未覆盖等候区", "增设摄像机，实现服务区域全覆盖", "2", MONTH),
    (SERVICES, "三、（二）1", "医疗保障、残疾人管理和服务未进驻大厅",
     "按照“应进必进、可进则进”的原则组织进驻", "3", MONTH),
    (SYSTEMS, "四、（一）", "容缺受理制未建立，岗位职责未公示",
     "建立容缺受理制，公示岗位职责和标准", "2", MONTH),
    (STAFF, "五、3", "检查时综合窗口空岗，AB岗未落实", "严格落实AB岗，不得空岗、缺岗", "3", SUSTAINED),
)  # fmt: skip


def finding(row: Sequence[Any], **changes: Any) -> FindingFacts:
    """Return the facts of a finding from a row as above."""
    section, clause, text, requirement, lost, deadline = row
    facts = FindingFacts(section, clause, text, requirement, Decimal(lost), deadline)
    return replace(facts, **changes)


def inspection(count: int = len(FINDINGS), **changes: Any) -> InspectionFacts:
    """Return an inspection with `count` findings, the rows above over and over."""
    rows = [finding(FINDINGS[place % len(FINDINGS)]) for place in range(count)]
    facts = InspectionFacts(
        center="宜沟镇党政综合便民服务中心",
        township="宜沟镇",
        inspected_on=date(2026, 11, 12),
        standard_title="关于政务服务向基层延伸的工作要求",
        standard_number="审服办〔2021〕13号",
        score=Decimal("77.50"),
        grade="合格",
        findings=tuple(rows),
    )
    return replace(facts, **changes)


def notice(count: int = len(FINDINGS), **changes: Any) -> Notice:
    """Return an issued notice; `changes` are arguments of compose_notice."""
    arguments = {
        "office": OFFICE,
        "facts": inspection(count),
        "number": Number("审服办", 2026, 15),
        "dated": date(2026, 11, 23),
        "report_by": Deadline("fixed_term", due=date(2026, 12, 31)),
    }
    return compose_notice(**{**arguments, **changes})
