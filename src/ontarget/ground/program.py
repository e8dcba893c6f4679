"""Functions that are compiled, and kept between processes: what was traced once is not traced again.

A kept program is JAX's export of the traced function. It is known by a hash of the package's code, the versions, the
structure of its arguments and the shapes of their arrays, never by their numbers, which are its inputs.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Generic, ParamSpec, TypeVar

import equinox as eqx
import jax
import jax.export
import numpy as np

from ontarget.ground import cache, packed
from ontarget.ground.errors import InputError
from ontarget.ground.skeleton import NotPlain, describe, found, is_array, rebuild

P = ParamSpec("P")
T = TypeVar("T")
TRACED, RESULTS = "traced", "results"
FORMAT = 1
LISTENERS: list[Callable[[str], None]] = []


def keep_compiled() -> None:
    """Let JAX keep what it compiles in the user's cache folder, unless the user has told JAX something else."""
    if os.environ.get("JAX_COMPILATION_CACHE_DIR") or getattr(jax.config, "jax_compilation_cache_dir", None):
        return
    place = cache.folder(f"compiled-{cache.processor()}")
    if place is None:
        return
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
    cache.prune_at_exit()


@functools.cache
def environment() -> tuple[str, ...]:
    """All that a traced program depends on besides its function and arguments."""
    packages = ("jax", "jaxlib", "equinox", "numpy")
    units = os.environ.get("ONTARGET_BASE_UNITS", "")
    return (str(FORMAT), cache.code(), *(version(one) for one in packages), units, jax.default_backend())


def key_of(given: Any, leaf: Callable[[Any], Any]) -> str:
    """A hash of an object, its arrays said by `leaf`, and of all that a program depends on besides.

    Raises
    ------
    NotPlain : for what `skeleton.describe` cannot say
    """
    return sha256(json.dumps([environment(), describe(given, leaf)]).encode()).hexdigest()


def aval(one: Any) -> tuple[Any, ...]:
    """Shape and type of an array."""
    return tuple(np.shape(one)), str(one.dtype), bool(getattr(one, "weak_type", False))


@contextlib.contextmanager
def tracing_shown(show: Callable[[str], None]) -> Iterator[None]:
    """While it lasts, `show` is given the name of every function that is traced and compiled: that takes seconds."""
    LISTENERS.append(show)
    try:
        yield
    finally:
        LISTENERS.remove(show)


class Program(Generic[P, T]):
    """A function of nouns and arrays, compiled for each structure of its arguments. Inside a trace it is itself.

    Where `results` is true, what it gave for the same numbers is kept too: for what takes a second and is asked again.
    """

    def __init__(self, function: Callable[P, T], results: bool, options: dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        self.function, self.results, self.options = function, results, options
        self.direct = eqx.filter_jit(function, **options)
        self.known: dict[Any, Callable[..., Any] | None] = {}
        self.last: tuple[str, Any] = "", None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        leaves, structure = jax.tree.flatten((args, kwargs))
        if cache.root() is None or any(isinstance(one, jax.core.Tracer) for one in leaves):
            return self.direct(*args, **kwargs)
        arrays = [one for one in leaves if is_array(one)]
        key = structure, tuple(aval(one) if is_array(one) else (type(one), one) for one in leaves)
        try:
            run = self.known[key]
        except KeyError:
            run = self.known[key] = self.prepared(args, kwargs)
        return self.direct(*args, **kwargs) if run is None else run(arrays)

    def name(self) -> str:
        """Where the function stands, for a program is kept under its name."""
        text = f"{self.function.__module__}:{self.function.__qualname__}"
        there = found(text)
        if getattr(there, "function", there) is not self.function:
            raise NotPlain(text)
        return text

    def prepared(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[list[Any]], T] | None:
        """The kept program for such arguments, made when it is first needed; None where it cannot be kept."""
        try:
            key = key_of([self.name(), list(args), sorted(kwargs.items())], aval)
        except NotPlain:
            return None
        opened = functools.cache(lambda: self.kept_program(key, args, kwargs))

        def run(arrays: list[Any]) -> T:
            return opened()(arrays)

        return functools.partial(self.kept_result, key, run) if self.results else run

    def kept_program(self, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[[list[Any]], T]:
        """The program of a key from the cache, or traced and put there."""
        content = cache.read(TRACED, key)
        run = None if content is None else self.opened(content)
        if run is None:
            for show in LISTENERS:
                show(self.function.__name__)
            content = self.traced(args, kwargs)
            if content is not None:
                cache.write(TRACED, key, content)
                run = self.opened(content)
        if run is not None:
            return run
        leaves, structure = jax.tree.flatten((args, kwargs))

        def compiled(arrays: list[Any]) -> T:
            left = iter(arrays)
            inner, named = jax.tree.unflatten(structure, [next(left) if is_array(one) else one for one in leaves])
            return self.direct(*inner, **named)

        return compiled

    def kept_result(self, key: str, run: Callable[[list[Any]], T], arrays: list[Any]) -> T:
        """What the program gives for these numbers: remembered, from the cache, or computed and put there."""
        digest = sha256(key.encode())
        for one in arrays:
            digest.update(np.ascontiguousarray(one).tobytes())
        name = digest.hexdigest()
        if self.last[0] != name:
            content = cache.read(RESULTS, name)
            result = None if content is None else packed.opened(content)
            if result is None:
                result = run(arrays)
                with contextlib.suppress(NotPlain):
                    cache.write(RESULTS, name, packed.closed(result))
            self.last = name, jax.tree.map(lambda one: jax.device_put(one) if is_array(one) else one, result)
        return self.last[1]

    def traced(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes | None:
        """The function traced with such arguments: what comes out as plain data, and the exported program."""
        leaves, structure = jax.tree.flatten((args, kwargs))
        said: list[Any] = []

        def flat(*arrays: Any) -> list[Any]:
            left = iter(arrays)
            inner, named = jax.tree.unflatten(structure, [next(left) if is_array(one) else one for one in leaves])
            out: list[Any] = []

            def position(one: Any) -> int:
                out.append(one)
                return len(out) - 1

            said.append(describe(self.function(*inner, **named), position))
            return out

        flat.__name__ = self.function.__name__
        arrays = [one for one in leaves if is_array(one)]
        try:
            exported = jax.export.export(jax.jit(flat))(*arrays)
            return json.dumps(said[-1]).encode() + b"\n" + bytes(exported.serialize())
        except InputError:
            raise
        except Exception:  # callbacks, foreign calls, outputs that are no plain data: compiled, and not kept
            return None

    def opened(self, content: bytes) -> Callable[[list[Any]], T] | None:
        """A kept program as a function of the arrays in the arguments; None where it is of no use here."""
        said, _, blob = content.partition(b"\n")
        try:
            out = json.loads(said)
            call = jax.jit(jax.export.deserialize(bytearray(blob)).call, **self.options)
            rebuild(out, lambda place: None)
        except Exception:  # of another version, whatever its name says
            return None
        return lambda arrays: rebuild(out, call(*arrays).__getitem__)


def program(function: Callable[P, T] | None = None, *, results: bool = False, **options: Any) -> Any:
    """Compile a function as `equinox.filter_jit` does, and keep it; its results too, where `results` is true.

    `options` are those of `jax.jit`.
    """
    if function is None:
        return lambda one: program(one, results=results, **options)
    return Program(function, results, options)


def fused(function: Callable[P, T]) -> Callable[P, T]:
    """One program for all that a function does to numbers, where it would be one for each operation.

    Inside a trace it is the function itself, unless all its arguments are known there. Texts, truth values and whole
    numbers are part of the program, floats and arrays its inputs: it must not ask for their values.
    """
    compiled = eqx.filter_jit(function)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        leaves, structure = jax.tree.flatten((args, kwargs))
        if any(isinstance(one, jax.core.Tracer) for one in leaves):
            return function(*args, **kwargs)
        given, named = jax.tree.unflatten(structure, [np.float64(one) if type(one) is float else one for one in leaves])
        return compiled(*given, **named)

    return wrapper
