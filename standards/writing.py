"""A standard as the YAML text of its file, readable and exact: `reading.read_standard` gives it back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import yaml

from standards.content import StandardData, to_plain
from standards.measures import number_text


class _Dumper(yaml.SafeDumper):
    """Block style, lists indented under their key, no line folding."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # A literal block cannot hold lines that end in spaces; quotes can.
    block = "\n" in value and not any(line != line.strip() for line in value.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if block else None)


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = number_text(value)
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


def _names(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    """Short lists of names (kinds of center, methods) stand on one line."""
    flow = bool(value) and all(isinstance(entry, str) and entry.isascii() for entry in value)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=flow)


_REPRESENTERS: dict[type, Callable[..., yaml.Node]] = {str: _text, Decimal: _decimal, list: _names}
for _type, _represent in _REPRESENTERS.items():
    _Dumper.add_representer(_type, _represent)


def write_standard(standard: StandardData) -> str:
    """The text of the standard's file, with Chinese as it is."""
    text = yaml.dump(
        to_plain(standard), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000, indent=2
    )
    return str(text)
