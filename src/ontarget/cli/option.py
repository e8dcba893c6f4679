"""Options that several commands share, and what they mean."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable
from pathlib import Path
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


def processor() -> str:
    """A name for this kind of processor: compiled code of one kind must not run on another."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), platform.processor())
    return f"{platform.machine()}-{hashlib.sha256(flags.encode()).hexdigest()[:8]}"


def keep_compiled() -> None:
    """Keep compiled programs between calls in the user's cache folder; without one, work without."""
    import jax

    if os.environ.get("JAX_COMPILATION_CACHE_DIR"):  # the user's own choice
        return
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "ontarget" / "jax" / processor()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
