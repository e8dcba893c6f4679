"""Options that several commands share, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ontarget.ground.errors import InputError


def set_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--set ADDRESS=VALUE``, as often as wanted."""
    return click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="ADDRESS=VALUE",
        help='Override a number or a part: --set detector.site.baseline="25 m".',
    )(command)


def trust_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--trust``: let the file name classes outside ontarget."""
    return click.option("--trust", is_flag=True, help="Let 'type: module:Class' in your own YAML import that code.")(
        command
    )


def parse_settings(settings: tuple[str, ...]) -> dict[str, str]:
    """Overrides by address."""
    found = {}
    for setting in settings:
        address, equals, value = setting.partition("=")
        if not equals or not address.strip():
            raise InputError("--set", repr(setting), "It is ADDRESS=VALUE.", 'Write e.g. detector.mass="10 kg".')
        found[address.strip()] = value.strip()
    return found
