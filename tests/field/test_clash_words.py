"""Two inspectors answered an item differently: what the form tells each of them to do."""

from playwright.sync_api import expect

from inspections.models import Inspection
from tests.field.phones import Phone
from tests.small_stage import Stage


def dispute(phone: Phone, lead: Phone, inspection: Inspection) -> None:
    """Each answers the same item differently, and the lead's answer comes first."""
    phone.open(inspection)
    lead.open(inspection)
    phone.offline()
    phone.tap("yes", "not_met")
    lead.tap("yes", "met")
    lead.says("全部已发送")
    phone.online()


def test_the_lead_is_told_to_pick_and_the_other_that_the_lead_does(
    phone: Phone, lead: Phone, stage: Stage
) -> None:
    inspection = stage.inspections[0]
    way = f"/inspections/{inspection.pk}/conflicts/"
    dispute(phone, lead, inspection)
    phone.item_says("yes", "您填“不合格”", ".clash")
    phone.item_says("yes", "请组长确定。 查看", ".clash")
    phone.says("1 项两人填写不同 查看")
    lead.page.evaluate("window.dispatchEvent(new Event('online'))")
    lead.item_says("yes", "这一项两人填写不同。 请您选定一个。 去选定", ".clash")
    lead.says("1 项两人填写不同 去选定")
    for link in (lead.item("yes").locator(".clash a"), lead.page.locator(".bar-state a")):
        expect(link).to_have_attribute("href", way)
    lead.item("yes").locator(".clash a").click()
    lead.page.locator(".side", has_text="不合格").get_by_role("button").click()
    expect(lead.page.locator("#messages")).to_contain_text("已选定")


def test_the_lead_whose_own_answer_lost_is_told_to_pick_too(phone: Phone, lead: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    phone.open(inspection)
    lead.open(inspection)
    lead.offline()
    lead.tap("yes", "not_met")
    phone.tap("yes", "met")
    phone.says("全部已发送")
    lead.online()
    lead.item_says("yes", "您填“不合格”", ".clash")
    lead.item_says("yes", "请您选定一个。 去选定", ".clash")
    expect(lead.item("yes").locator(".clash")).not_to_contain_text("请组长")


def test_what_is_on_this_device_alone_is_said_before_a_dispute(
    phone: Phone, lead: Phone, stage: Stage
) -> None:
    """A dispute is settled with signal, and without it an answer is nowhere else."""
    inspection = stage.inspections[0]
    dispute(phone, lead, inspection)
    phone.says("1 项两人填写不同 查看")
    phone.offline()
    phone.tap("choice", "met")
    phone.says("1 项只在本机，联网后自动发送")
    phone.online()
    phone.says("1 项两人填写不同 查看")
