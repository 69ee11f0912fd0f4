"""The end of a search: certify what was opened, write what can be deployed, put the front together."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence

from vatio.files import write_whole
from vatio.measure import Run
from vatio.optimise.model._request import ModelOptions, ModelRequest
from vatio.optimise.model.artefact import Recipe, write_artefact
from vatio.optimise.model.climb._front import certificates_of, chosen_of, joules_of_cpu_s, notes_of, points_of, rejected_of
from vatio.optimise.model.reading import Found
from vatio.optimise.model.trials import FORM_FOLDER, Measured, Node, Trying, Works, form_of
from vatio.records import Front, FrontPoint, to_json


class Ending:
    """Hold what the end of a search needs."""

    def __init__(
        self, request: ModelRequest, found: Found, trying: Trying, *, options: ModelOptions, run: Run, works: Works
    ) -> None:
        self._request, self._found, self._trying = request, found, trying
        self._options, self._run, self._works = options, run, works

    def front(
        self,
        nodes: Sequence[Node],
        chosen: Sequence[Node],
        measured: Mapping[str, Measured],
        *,
        tried: set[str],
        ended_by: str,
    ) -> Front:
        """Certify, write the artefacts and ``front.json``; ``nodes`` are all trials, the baseline first."""
        request, shown = self._request, (nodes[0], *chosen)
        points = self._points(shown, measured)
        deployed = chosen_of(points)
        for node in chosen:
            self._keep(node, [point for point in points if point.id.startswith(f"{node.key}-")])
        front = Front(
            baseline=tuple(point for point in points if not point.chain),
            points=tuple(point for point in points if point.chain),
            rejected=tuple(rejected_of(nodes, shown, tried, request=request, ended_by=ended_by)),
            chosen=deployed,
            search=self._works.part(len(nodes) - 1),
            metric=request.quality,
            max_loss=request.max_loss,
            confidence=request.confidence,
            run=self._run.id,
            model=request.model,
            calls_per_day=request.calls_per_day,
            days=request.days if request.calls_per_day is not None else None,
            notes=(*self._found.parted.notes, *notes_of(points, deployed, ended_by, request.budget)),
        )
        path = self._options.out / "front.json"
        write_whole(str(path), json.dumps(to_json(front), indent=1).encode())
        self._run.log_artifact(path)
        return front

    def _points(self, shown: Sequence[Node], measured: Mapping[str, Measured]) -> list[FrontPoint]:
        quality, y, confidence = self._found.quality, self._found.parted.certify.y, self._request.confidence
        return points_of(
            self._request,
            shown,
            measured=measured,
            certificates=certificates_of(self._request, self._found, shown, measured),
            qualities={node.key: quality.interval(y, measured[node.key].scores, confidence) for node in shown},
            j_per_cpu_s=joules_of_cpu_s(*self._works.energy()),
            search_cpu_s=self._works.spending.cpu_s(),
        )

    def _keep(self, node: Node, points: Sequence[FrontPoint]) -> None:
        """Write what can be deployed of a trial: its files, what they are valid for, and the recipe that builds them again."""
        folder = self._options.out / "points" / node.key
        if folder.exists():  # an earlier part of this search has written the same
            return
        request, found = self._request, self._found
        best = max(points, key=lambda point: point.times.value)
        recipe = Recipe(
            model=request.model,
            model_sha256=found.baseline.sha256,
            cases=request.cases,
            cases_sha256=found.cases_sha256,
            seed=request.seed,
            batches=request.batches,
            batch=best.batch,
            steps=node.chain,
            target=request.target,
            quality={name: to_json(value) for name, value in best.quality.items()},
        )
        fresh = folder.with_name(f".{node.key}")
        shutil.rmtree(fresh, ignore_errors=True)  # of one that was killed while it wrote
        saved = self._trying.folder / node.key / FORM_FOLDER
        write_artefact(fresh, form_of(node, self._trying), task=self._trying.task, recipe=recipe, saved=saved)
        os.replace(fresh, folder)
