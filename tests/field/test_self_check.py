"""Whether a device can work without signal, and what is in the way: each question has a plain answer."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.field.phones import Phone
from tests.small_stage import Stage

NAMES = ["secure", "worker", "database", "persisted", "quota", "clock"]


def checks(phone: Phone) -> dict[str, str]:
    """What the self-check says, once its last answer is there."""
    expect(phone.page.locator("[data-check=clock]")).to_be_visible(timeout=15_000)
    rows = phone.page.locator("[data-check]").all()
    return {row.get_attribute("data-check") or "": row.inner_text() for row in rows}


def test_every_question_has_a_plain_answer(phone: Phone) -> None:
    phone.page.goto("/field/")
    said = checks(phone)
    assert list(said) == NAMES
    assert "网址是 HTTPS" in said["secure"]
    assert "能存在本机" in said["database"]
    assert "与服务器一致" in said["clock"]


def test_a_browser_inside_another_app_is_sent_outside(
    new_page: Callable[..., Any], stage: Stage, live_server: Any
) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0"
    phone = Phone(new_page(375, user_agent=agent), stage.cast["inspector"], live_server.url)
    phone.page.goto("/field/")
    assert "微信" in checks(phone)["app"]
    assert "在浏览器打开" in checks(phone)["app"]


def test_a_device_whose_clock_is_wrong_is_told(phone: Phone) -> None:
    phone.page.add_init_script("const now = Date.now; Date.now = () => now() - 20 * 60000;")
    phone.page.goto("/field/")
    assert "相差 20 分钟" in checks(phone)["clock"]


def test_an_untrusted_certificate_is_named(phone: Phone) -> None:
    phone.page.add_init_script(
        """ServiceWorkerContainer.prototype.register = () =>
            Promise.reject(new DOMException("An SSL certificate error occurred", "SecurityError"));"""
    )
    phone.page.goto("/field/")
    assert "浏览器不信任平台的证书" in checks(phone)["worker"]


def test_blocked_storage_is_told(phone: Phone) -> None:
    phone.page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined });")
    phone.page.goto("/field/")
    assert "不让本页存储内容" in checks(phone)["database"]


def test_a_small_disk_is_told(phone: Phone) -> None:
    phone.page.add_init_script(
        "StorageManager.prototype.estimate = async () => ({ quota: 20e6, usage: 1e6 });"
    )
    phone.page.goto("/field/")
    assert "只能再存约 19 MB。请清理手机空间" in checks(phone)["quota"]
