"""The ``co2_eq_emissions`` of a Hugging Face model card: grams, as a number or with their source beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vatio.account import sum_runs
from vatio.errors import UsageError
from vatio.interop._carried import left_out
from vatio.interop._format import Written
from vatio.interop._told import ForeignRun, Item, Problem
from vatio.interop._trust import ESTIMATED_RATIO, NAMEPLATE_RATIO, stated
from vatio.interop.text import EMISSIONS_G, amount, as_number, load_yaml, mapping, read_text, text_of, write_yaml
from vatio.records import RunRecord

_KEY = "co2_eq_emissions"
_FENCE = "---"
_TRAINING = ("pre-training", "pretraining", "fine-tuning", "finetuning", "training")


class HuggingFace:
    """Read and write the carbon of a card's metadata."""

    name = "huggingface"

    def recognises(self, head: str, path: str) -> bool:
        """Tell by the key."""
        return f"{_KEY}:" in head

    def read(self, path: str) -> Iterator[Item]:
        """Read the card as one run: its emissions, and whatever else it says in words."""
        card = mapping(load_yaml(_metadata(read_text(path)), where=path), what="the card's metadata")
        if _KEY not in card:
            raise UsageError(f"{path} has no {_KEY}")
        try:
            yield _run(card)
        except UsageError as error:
            yield Problem(_KEY, str(error))

    def write(self, records: Sequence[RunRecord]) -> Written:
        """Write the operational grams of all runs together, each joule once."""
        emissions_g = sum_runs(records).emissions_g.operational
        if emissions_g.value is None:
            raise UsageError("the runs have no emissions", hint="vatio runs show says what is missing")
        said: dict[str, object] = {"emissions": emissions_g.value, "source": "vatio, measured while the runs lasted"}
        if all(record.stage == "training" for record in records):
            said["training_type"] = "training"
        zones = sorted({record.intensity_g_per_kwh.zone for record in records if record.intensity_g_per_kwh})
        hardware = _hardware(records)
        said |= {"geographical_location": ", ".join(zones)} if zones else {}
        said |= {"hardware_used": hardware} if hardware else {}
        lost = ("the energy", "the duration and the dates", *left_out(records, ()))
        return Written(f"{_FENCE}\n{write_yaml({_KEY: said})}{_FENCE}\n".encode(), lost)


def _metadata(text: str) -> str:
    """Give what stands between the fences of a card; a file without them is metadata as a whole."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        return text
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), len(lines))
    return "\n".join(lines[1:end])


def _run(card: Mapping[str, object]) -> ForeignRun:
    value = card[_KEY]
    said = mapping(value, what=_KEY) if isinstance(value, Mapping) else {"emissions": value}
    emissions_g = _grams(said.get("emissions"))
    source = text_of(said.get("source"))
    kind = text_of(said.get("training_type"))
    words = {key: text_of(said.get(key)) for key in ("geographical_location", "hardware_used", "training_type")}
    is_measured = "carbon" in source.lower() or "vatio" in source.lower()
    name = text_of(card.get("model_name")) or text_of(card.get("base_model")) or "model card"
    within_ratio = ESTIMATED_RATIO if is_measured else NAMEPLATE_RATIO
    tool = f"model card: {source}" if source else "model card"
    return ForeignRun(
        place=_KEY,
        tool=tool,
        name=name,
        said=f"{name}\n{emissions_g!r}\n{source}\n{sorted(words.items())}",
        stage="training" if kind.lower() in _TRAINING else "other",
        tags={key: word for key, word in words.items() if word},
        operational_g=stated(emissions_g, within_ratio=within_ratio, source=tool),
        zone=words["geographical_location"],
    )


def _grams(value: object) -> float:
    """Read grams; a text may carry another unit of mass."""
    if isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
        try:
            return as_number(value, what="emissions") or 0.0
        except UsageError:
            return amount(value, EMISSIONS_G, what="emissions")
    found = as_number(value, what="emissions")
    if found is None:
        raise UsageError("the emissions are empty")
    return found


def _hardware(records: Sequence[RunRecord]) -> str:
    for record in records:
        if record.environment and record.environment.gpus:
            gpus = record.environment.gpus
            return f"{len(gpus)} x {gpus[0].model}"
        if record.environment and record.environment.cpu:
            return record.environment.cpu.model
    return ""
