"""The protocol of a file format: know a file by its look, read runs from it, write runs into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.interop._told import Item
    from vatio.records import RunRecord


class Written(NamedTuple):
    """Hold a file's bytes, and what of the runs the format has no place for."""

    data: bytes
    left_out: tuple[str, ...] = ()


class Format(Protocol):
    """Know one format of another tool. Register one under ``vatio.formats``; ``name`` is what ``--format`` takes.

    A class without arguments; nothing is opened before ``read`` or ``write``.
    """

    name: str

    def recognises(self, head: str, path: str) -> bool:
        """Tell by its first characters (undecodable bytes replaced) and its path whether a file is of this format."""
        ...

    def read(self, path: str) -> Iterator[Item]:
        """Read the runs of a file one after the other, and name each place that cannot be read.

        Raises:
            UsageError: the file as a whole is not of this format.
        """
        ...

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write runs, and list what is lost of them.

        Raises:
            UsageError: the format cannot hold such runs.
        """
        ...
