"""Give the study as JSON."""

from __future__ import annotations

from typing import Any

from vatio.optimise.study._agreement import agreement
from vatio.optimise.study._data_centric import DataStudy, Effect
from vatio.optimise.study._traps import traps


def study_json(study: DataStudy) -> dict[str, Any]:
    """Give the study as JSON."""
    return {
        "schema": "vatio.study.data-centric/1",
        "source": study.table.source,
        "rows": int(study.table.x.shape[0]),
        "columns": int(study.table.x.shape[1]),
        "metric": study.design.metric,
        "levels": list(study.design.levels),
        "repetitions": study.design.repetitions,
        "seed": study.design.seed,
        "unit": study.unit,
        "run": study.run,
        "cpu_s": study.cpu_s,
        "energy_j": {"value": study.energy_j.value, "provenance": study.energy_j.provenance},
        "wholes": [
            {"algorithm": each.algorithm, "train": each.train, "predict": each.predict, "quality": each.quality}
            for each in study.wholes
        ],
        "effects": [_effect_json(effect) for effect in study.effects],
        "cells": [
            {
                "algorithm": cell.setting.algorithm,
                "axis": cell.setting.axis,
                "level_ratio": cell.setting.level_ratio,
                "repetition": cell.setting.repetition,
                "rows": cell.rows,
                "features": cell.features,
                "quality": cell.quality,
                **cell.costs,
            }
            for cell in study.cells
        ],
        "traps": [trap._asdict() for trap in traps(study)],
        "agreement": [figure._asdict() for figure in agreement(study)],
        "notes": list(study.table.notes),
    }


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "algorithm": effect.algorithm,
        "axis": effect.axis,
        "level_ratio": effect.level_ratio,
        "train_saving_ratio": effect.train_saving_ratio,
        "net_saving_ratio": effect.net_saving_ratio,
        "quality_change": effect.quality_change,
        **effect.test._asdict(),
    }
