"""Pages are compressed as the browser asks for it, and not otherwise."""

import gzip
import random

import brotli
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from config.compression import Compression

TEXT = "乡镇便民服务中心" * 100


def answer(offered: str, response: HttpResponseBase | None = None) -> HttpResponseBase:
    made = response or HttpResponse(TEXT)
    headers = {"accept-encoding": offered} if offered else {}
    return Compression(lambda request: made)(RequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    "offered",
    ["br", "gzip, deflate, br", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8", "gzip , br ; q=0.5"],
)
def test_browser_that_takes_brotli_gets_it(offered: str) -> None:
    response = answer(offered)
    assert response["Content-Encoding"] == "br"
    assert brotli.decompress(response.content).decode() == TEXT
    assert int(response["Content-Length"]) == len(response.content)
    assert response["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "offered", ["gzip", "gzip, deflate", "gzip, br;q=0", "gzip, br;q=0.000", "brotli, gzip"]
)
def test_browser_that_takes_gzip_alone_gets_that(offered: str) -> None:
    response = answer(offered)
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == TEXT


@pytest.mark.parametrize("offered", ["", "identity", "br;q=0"])
def test_browser_that_takes_none_gets_the_plain_page(offered: str) -> None:
    response = answer(offered)
    assert not response.has_header("Content-Encoding")
    assert response.content.decode() == TEXT


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("short"),
        HttpResponse(TEXT, headers={"Content-Encoding": "identity"}),
        HttpResponse(random.Random(1).randbytes(1000)),
    ],
)
def test_what_cannot_be_made_smaller_is_left_alone(response: HttpResponse) -> None:
    before = response.content
    assert answer("br", response).content == before
    assert response.get("Content-Encoding") in (None, "identity")


def test_stream_is_compressed_by_gzip_as_it_goes() -> None:
    response = answer("gzip, br", StreamingHttpResponse(iter([TEXT.encode()])))
    assert response["Content-Encoding"] == "gzip"


def test_tag_of_a_compressed_page_is_weak() -> None:
    assert answer("br", HttpResponse(TEXT, headers={"ETag": '"x"'}))["ETag"] == 'W/"x"'
    assert answer("br", HttpResponse(TEXT, headers={"ETag": 'W/"x"'}))["ETag"] == 'W/"x"'
