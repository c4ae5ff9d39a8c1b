"""The trail in words: what was done, and what changed."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .models import Role
from .templatetags.portal import grade_name

# Every action that any app writes into the trail.
ACTIONS = {
    "login": gettext_lazy("登录"),
    "login.sso": gettext_lazy("统一身份认证登录"),
    "login.wait": gettext_lazy("等待期间登录"),
    "fields.encrypt": gettext_lazy("加密电话和动态口令密钥"),
    "privacy.acknowledge": gettext_lazy("阅读个人信息告知"),
    "person.data": gettext_lazy("导出个人信息"),
    "person.anonymize": gettext_lazy("去除身份信息"),
    "person.expire": gettext_lazy("清理停用账号"),
    "data.expire": gettext_lazy("清理到期的数据"),
    "phone.read": gettext_lazy("查看完整手机号"),
    "person.create": gettext_lazy("新增人员"),
    "people.create": gettext_lazy("从表格新增人员"),
    "person.edit": gettext_lazy("修改人员"),
    "person.password": gettext_lazy("修改密码"),
    "delegate.list": gettext_lazy("查看村级人员"),
    "person.delegate": gettext_lazy("新增村级人员"),
    "person.assign": gettext_lazy("授予权限"),
    "person.unassign": gettext_lazy("收回权限"),
    "person.disable": gettext_lazy("停用账号"),
    "person.enable": gettext_lazy("启用账号"),
    "center.edit": gettext_lazy("修改中心"),
    "center.move": gettext_lazy("迁移中心"),
    "region.import": gettext_lazy("导入区划"),
    "person.list": gettext_lazy("查看人员"),
    "center.list": gettext_lazy("查看中心"),
    "audit.list": gettext_lazy("查看审计"),
    "audit.export": gettext_lazy("导出审计"),
    "audit.prune": gettext_lazy("清理到期的审计记录"),
    "session.end": gettext_lazy("退出其他设备"),
    "factor.confirm": gettext_lazy("启用动态口令"),
    "factor.pass": gettext_lazy("核对动态口令"),
    "factor.code": gettext_lazy("使用恢复码"),
    "factor.codes": gettext_lazy("更换恢复码"),
    "factor.drop": gettext_lazy("停用动态口令"),
    "public.wait": gettext_lazy("未登录的请求过多"),
    "logout.idle": gettext_lazy("长时间未操作而退出"),
    "logout": gettext_lazy("退出登录"),
    "calendar.load": gettext_lazy("载入工作日历"),
    "round.list": gettext_lazy("查看轮次"),
    "round.create": gettext_lazy("新建轮次"),
    "round.add_centers": gettext_lazy("加入中心"),
    "standard.export_changes": gettext_lazy("导出版次对照"),
    "standard.estimate": gettext_lazy("修改整改工作量的估计"),
    "feedback.fill": gettext_lazy("填写整改情况反馈表"),
    "feedback.print": gettext_lazy("打印整改情况反馈表"),
    "lessons.read": gettext_lazy("查看整改分析"),
    "lessons.export": gettext_lazy("导出整改分析"),
    "view.save": gettext_lazy("保存常用筛选"),
    "view.remove": gettext_lazy("删去常用筛选"),
    "comparison.read": gettext_lazy("查看逐项对照"),
    "comparison.export": gettext_lazy("导出逐项对照"),
    "round.ask_self_check": gettext_lazy("请乡镇自查"),
    "inspection.take_out": gettext_lazy("移出本轮"),
    "inspection.assign": gettext_lazy("分配检查"),
    "inspection.fill": gettext_lazy("填写检查表"),
    "inspection.submit": gettext_lazy("提交检查"),
    "photo.add": gettext_lazy("添加照片"),
    "photo.remove": gettext_lazy("移除照片"),
    "finding.notify": gettext_lazy("印发整改通知"),
    "finding.acknowledge": gettext_lazy("乡镇签收"),
    "finding.recall": gettext_lazy("整改通知撤回"),
    "finding.repair": gettext_lazy("填报整改情况"),
    "finding.begin": gettext_lazy("开始整改"),
    "finding.report": gettext_lazy("报送整改情况"),
    "finding.return": gettext_lazy("退回整改"),
    "finding.reinspect": gettext_lazy("安排复查"),
    "finding.close": gettext_lazy("销号"),
    "finding.reopen": gettext_lazy("重新整改"),
    "finding.withdraw": gettext_lazy("撤销问题"),
    "finding.extend": gettext_lazy("同意延期"),
    "finding.refuse": gettext_lazy("不同意"),
    "finding.extension": gettext_lazy("申请延期"),
    "document.supersede": gettext_lazy("撤回并另发代替"),
    "finding.pass": gettext_lazy("复查合格，销号"),
    "finding.fail": gettext_lazy("复查不合格，继续整改"),
    "inspection.reinspect": gettext_lazy("安排复查"),
    "finding.correct": gettext_lazy("更正问题"),
    "score.correct": gettext_lazy("更正得分"),
    "finding.objection": gettext_lazy("提出异议"),
    "request.extension": gettext_lazy("申请延期"),
    "request.objection": gettext_lazy("提出异议"),
    "request.decide": gettext_lazy("答复申请"),
    "reply.save": gettext_lazy("保存整改草稿"),
    "evidence.add": gettext_lazy("添加佐证材料"),
    "evidence.remove": gettext_lazy("移除佐证材料"),
    "inbox.read": gettext_lazy("查看待办理"),
    "policy.set": gettext_lazy("设置期限和提醒"),
    "messages.choose": gettext_lazy("选择消息"),
    "issuing_body.set": gettext_lazy("设置发文机关"),
    "notice.draft": gettext_lazy("起草通知"),
    "notice.edit": gettext_lazy("修改通知"),
    "notice.issue": gettext_lazy("印发通知"),
    "document.draft": gettext_lazy("起草公文"),
    "document.edit": gettext_lazy("修改公文"),
    "document.check": gettext_lazy("核稿"),
    "document.sign": gettext_lazy("签发"),
    "document.send_back": gettext_lazy("退回修改"),
    "document.issue": gettext_lazy("印发公文"),
    "document.deliver": gettext_lazy("送达公文"),
    "document.acknowledge": gettext_lazy("签收公文"),
    "document.withdraw": gettext_lazy("撤回公文"),
    "document.replace": gettext_lazy("另发公文代替"),
    "document.wording": gettext_lazy("修改措辞"),
    "number.paper": gettext_lazy("登记纸质文号"),
    "number.list": gettext_lazy("查看文号登记"),
    "wording.set": gettext_lazy("修改常用语"),
    "seal.add": gettext_lazy("上传印章图片"),
    "seal.retire": gettext_lazy("停用印章图片"),
    "document.read": gettext_lazy("查看公文"),
    "document.download": gettext_lazy("打开公文文件"),
    "document.receipt": gettext_lazy("打印签收回执"),
    "scores.export": gettext_lazy("导出得分表"),
    "ledger.export": gettext_lazy("导出整改台账"),
    "findings.export": gettext_lazy("导出问题清单"),
    "ledger.print": gettext_lazy("打印整改台账"),
    "score.print": gettext_lazy("打印得分报告"),
    "jobs.read": gettext_lazy("查看任务"),
    "job.start": gettext_lazy("开始任务"),
    "job.download": gettext_lazy("下载任务文件"),
    "job.cancel": gettext_lazy("取消任务"),
    "job.retry": gettext_lazy("重试任务"),
    "job.end": gettext_lazy("任务结束"),
    "job.expire": gettext_lazy("删除过期的任务文件"),
    "draft.import": gettext_lazy("导入草稿"),
    "conflict.read": gettext_lazy("查看不同答案"),
    "conflict.settle": gettext_lazy("选定答案"),
    "photo.announce": gettext_lazy("登记照片"),
    "photo.arrive": gettext_lazy("收到照片"),
    "notices.export": gettext_lazy("导出通知"),
    "boundary.load": gettext_lazy("载入边界"),
    "boundary.remove": gettext_lazy("移除边界"),
    "region.export": gettext_lazy("导出地区统计"),
    "county.read": gettext_lazy("查看总览"),
    "our_centers.read": gettext_lazy("查看本单位"),
    "score.read": gettext_lazy("查看得分"),
    "standard.import": gettext_lazy("导入标准"),
    "standard.publish": gettext_lazy("发布标准"),
    "rehearsal.start": gettext_lazy("开始试算"),
    "rehearsal.cancel": gettext_lazy("取消试算"),
    "rehearsal.end": gettext_lazy("试算结束"),
    "rehearsal.read": gettext_lazy("查看试算"),
    "rehearsal.export": gettext_lazy("导出试算"),
    "standard.copy": gettext_lazy("复制标准"),
    "standard.revise": gettext_lazy("修改标准草稿"),
    "standard.discard": gettext_lazy("删除标准草稿"),
}
DETAILS = {
    "name": gettext_lazy("名称"),
    "address": gettext_lazy("地址"),
    "phone": gettext_lazy("电话"),
    "closed_on": gettext_lazy("停用日期"),
    "role": gettext_lazy("角色"),
    "roles": gettext_lazy("角色"),
    "username": gettext_lazy("用户名"),
    "reason": gettext_lazy("原因"),
    "place": gettext_lazy("地区"),
    "count": gettext_lazy("数量"),
    "job": pgettext_lazy("one", "任务"),
    "source": gettext_lazy("依据"),
    "lead": gettext_lazy("组长"),
    "people": gettext_lazy("人员"),
    "score": gettext_lazy("得分"),
    "grade": gettext_lazy("等次"),
    "findings": gettext_lazy("问题数"),
    "inspection": gettext_lazy("检查"),
    "item": gettext_lazy("检查项"),
    "number": gettext_lazy("文号"),
    "title": gettext_lazy("标题"),
    "contact": gettext_lazy("联系人"),
    "read": gettext_lazy("读取行数"),
    "regions": gettext_lazy("新增地区"),
    "renamed": gettext_lazy("地区更名"),
    "centers": gettext_lazy("新增中心"),
    "centers_renamed": gettext_lazy("中心更名"),
    "standard": gettext_lazy("标准"),
    "items": gettext_lazy("检查项数"),
    "sha256": gettext_lazy("文件摘要"),
    "number_code": gettext_lazy("机关代字"),
    "copy_to": gettext_lazy("抄送"),
    "position": gettext_lazy("序号"),
    "before": gettext_lazy("早于"),
    "filter": gettext_lazy("筛选条件"),
    "missing": gettext_lazy("缺少的文件"),
    "version": gettext_lazy("版本"),
    "messages": gettext_lazy("消息"),
    "disabled": gettext_lazy("长期不用而停用的账号"),
    "last_login": gettext_lazy("上次登录"),
    "accounts": gettext_lazy("停用账号的内容"),
    "sessions": gettext_lazy("结束的登录"),
    "uploads": gettext_lazy("上传残留"),
    "sso": gettext_lazy("统一身份认证"),
    "report_days": gettext_lazy("书面反馈时限（工作日）"),
}
# Kinds of rows as `audit.describe` writes them.
KINDS = {
    "User": pgettext_lazy("one", "人员"),
    "ServiceCenter": gettext_lazy("中心"),
    "Region": gettext_lazy("地区"),
    "Edition": gettext_lazy("标准"),
    "Round": gettext_lazy("轮次"),
    "Inspection": gettext_lazy("检查"),
    "Photo": gettext_lazy("照片"),
    "Notice": gettext_lazy("通知"),
    "OfficialDocument": gettext_lazy("公文"),
    "IssuingBody": gettext_lazy("发文机关"),
    "SealImage": pgettext_lazy("one", "印章图片"),
    "Finding": pgettext_lazy("one", "问题"),
    "Job": pgettext_lazy("one", "任务"),
}
# Why an answer of the provider of single sign-on was not taken.
SSO_REASONS = {
    "unreachable": gettext_lazy("连不上"),
    "cancelled": gettext_lazy("没有完成"),
    "answer": gettext_lazy("没有通过核对"),
}
ROLES_IN = {"role", "roles"}


def action_words(action: str) -> str:
    """Name an action; a page that was refused stands under its own name."""
    return str(ACTIONS.get(action, action))


def target_words(target: str, name: str = "") -> str:
    """Say what an entry is about: `User 7` with its name → `人员 王建国（wang）`, without one → `人员 7`.

    A page's address stays as it is.
    """
    kind, space, key = target.partition(" ")
    return f"{KINDS[kind]} {name or key}" if space and kind in KINDS else name or target


def detail_words(detail: dict[str, Any]) -> str:
    """Put an entry's details into one line: `名称：甲 → 乙；用户名：wang`."""
    return _("；").join(_pieces(detail))


def _pieces(detail: dict[str, Any]) -> Iterator[str]:
    for key, value in detail.items():
        if key == "changed" and isinstance(value, dict):
            for field, (old, new) in value.items():
                yield _said(field, f"{_plain(old)} → {_plain(new)}")
        else:
            yield _said(key, _value(key, value))


def _said(key: str, value: str) -> str:
    return _("：").join([str(DETAILS.get(key, key)), value])


def _value(key: str, value: Any) -> str:
    if key in ROLES_IN:
        return _role(value)
    if key == "sso":
        return str(SSO_REASONS.get(value, value))
    return grade_name(_plain(value)) if key == "grade" else _plain(value)


def _role(value: Any) -> str:
    names = dict(Role.choices)
    codes = value if isinstance(value, list) else [value]
    return _("、").join(str(names.get(code, code)) for code in codes)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return _("、").join(str(one) for one in value)
    if isinstance(value, dict):
        return _("、").join(f"{key}={one}" for key, one in value.items())
    return _("（空）") if value in (None, "") else str(value)
