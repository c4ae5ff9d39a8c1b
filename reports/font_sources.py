"""Where the open faces come from: a given folder, an installed package, or a package download."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

INSTALLED = (
    "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
    "/usr/share/texmf-dist/fonts/opentype/public/fandol",
    "/usr/share/texmf/fonts/opentype/public/fandol",
    "/usr/local/texlive/*/texmf-dist/fonts/opentype/public/fandol",
    "/usr/share/fonts/opentype/fandol",
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
)
DOWNLOAD_SECONDS = 900


class FontSourceMissing(Exception):
    """A face's source file is neither installed nor to be downloaded; the message is one line."""


def locate(names: Iterable[str], folder: str | Path = "") -> dict[str, Path]:
    """Return the files of `names` found in `folder` or installed on this machine."""
    found: dict[str, Path] = {}
    for place in _folders(folder):
        for name in names:
            path = place / name
            if name not in found and path.is_file():
                found[name] = path
    return found


def _folders(folder: str | Path) -> Iterator[Path]:
    if folder:
        yield Path(folder)
    for pattern in INSTALLED:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def download(package: str, names: Iterable[str], into: Path, say: Callable[[str], None]) -> dict[str, Path]:
    """Fetch a Debian or Ubuntu package without installing it and unpack the files of `names`.

    Needs no privileges. Raises FontSourceMissing when a tool, the package or a file is not there.
    """
    for tool in ("apt-get", "dpkg-deb"):
        if not shutil.which(tool):
            raise FontSourceMissing(
                f"缺少字体来源：{'、'.join(names)}（软件包 {package}），本机没有 {tool}，无法下载"
            )
    say(f"下载软件包 {package}（只取字体，不安装）")
    into.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(
        ["apt-get", "download", package],
        cwd=into,
        capture_output=True,
        text=True,
        timeout=DOWNLOAD_SECONDS,
        check=False,
    )
    archives = sorted(into.glob(f"{package}_*.deb"))
    if fetched.returncode or not archives:
        reason = (fetched.stderr.strip().splitlines() or ["原因不明"])[-1]
        raise FontSourceMissing(f"无法下载字体软件包 {package}：{reason}")
    return _unpack(archives[-1], set(names), into)


def _unpack(archive: Path, names: set[str], into: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as members,
    ):
        for member in members:
            name = Path(member.name).name
            content = members.extractfile(member) if name in names and member.isfile() else None
            if content is not None:
                found[name] = into / name
                found[name].write_bytes(content.read())
    archive.unlink()
    missing = sorted(names - set(found))
    if missing:
        raise FontSourceMissing(f"软件包 {archive.name} 中没有字体文件：{'、'.join(missing)}")
    return found
