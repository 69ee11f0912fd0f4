"""What every command stands on: its shared options, the configuration in force, and the ledger."""

from __future__ import annotations

import os
from collections.abc import Mapping

from vatio.cli._terminal import say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.config import Config
    from vatio.ledger import Ledger


class Rim:
    """Hold the shared options of one command. Data goes to stdout, notes to stderr unless ``quiet``."""

    __slots__ = ("_config", "_file", "_ledger", "environ", "quiet")

    def __init__(
        self,
        *,
        ledger: str | None = None,
        config: str | None = None,
        quiet: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._ledger, self._file, self.quiet = ledger, config, quiet
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self._config: Config | None = None

    def again(self, environ: Mapping[str, str]) -> Rim:
        """Give a rim with the same shared options in another environment, whose configuration is not resolved yet."""
        return Rim(ledger=self._ledger, config=self._file, quiet=self.quiet, environ=environ)

    def words(self) -> list[str]:
        """Give the shared options as another vatio takes them, from whatever folder it is called."""
        named = (("--ledger", self._ledger), ("--config", self._file))
        return [word for name, path in named if path for word in (name, os.path.abspath(path))] + ["-q"] * self.quiet

    def config(self, options: Mapping[str, object] | None = None) -> Config:
        """Resolve the configuration for this command once, saying what was found and not used."""
        if self._config is None:
            from vatio.config import load_config

            given = {"ledger.path": self._ledger, **(options or {})}
            found = load_config(options=given, environ=self.environ, file=self._file)
            self._config = self._of_its_zone(found) if given.get("site.zone") and found.site.grid else found
            for note in self._config.notes:
                self.note(note)
        return self._config

    def _of_its_zone(self, config: Config) -> Config:
        """Leave out the site's file of hours where an option names another zone than the site's."""
        from vatio.config import load_config

        zone = load_config(environ=self.environ, file=self._file).site.zone
        if zone in (None, config.site.zone):
            return config
        self.note(f"{config.site.grid} is of {zone}, not of {config.site.zone}: it is not used")
        return config.having(site={"grid": None})

    def ledger(self, *, settled: bool = True) -> Ledger:
        """Open the ledger to be read, after taking in what earlier commands had to leave outside it (``settled``).

        Raises:
            UnknownName: there is no ledger yet.
        """
        from vatio.ledger import open_to_read

        return open_to_read(self.config(), environ=self.environ, settled=settled)

    def note(self, text: str) -> None:
        """Say something beside the data."""
        if not self.quiet:
            say((f"vatio: {text}",))
