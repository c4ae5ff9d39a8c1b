"""The names under which issued documents leave the portal."""

import pytest

from reports import exports
from reports.models import OfficialDocument


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("关于甲的通知", "草稿 关于甲的通知.pdf"),
        ("../../etc/passwd", "草稿 .._.._etc_passwd.pdf"),
        ('a\\b:c*d?e"f<g>h|i\n\x07j', "草稿 a_b_c_d_e_f_g_h_i__j.pdf"),
        ("长" * 300, f"草稿 {'长' * 81}.pdf"),
    ],
)
def test_name_is_one_that_every_system_takes(title: str, name: str) -> None:
    assert exports.notice_filename(OfficialDocument(title=title)) == name
    assert len(name.encode()) <= 255
