"""Which of the GPUs that the driver shows the workload may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vatio.measure._surroundings import Surroundings
    from vatio.measure.meters.nvml._nvml_library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """Hold one physical GPU that the workload may see; ``slice_ratio`` is its part of it where it sees MIG instances."""

    handle: Any
    index: int
    uuid: str
    model: str
    slice_ratio: float = 1.0


def visible_gpus(library: Library, around: Surroundings) -> tuple[Gpu, ...]:
    """List the GPUs that the workload may see.

    CUDA_VISIBLE_DEVICES counts what the container was given, so NVIDIA_VISIBLE_DEVICES is applied first, and only where
    the driver shows more than it names (a privileged container sees every GPU of its host).
    """
    found = tuple(_gpu(library, handle, place, around) for place, handle in enumerate(library.handles()))
    given = around.container_gpus
    if given is not None and len(given) < len(found):
        found = _chosen(library, found, given)
    return found if around.visible_gpus is None else _chosen(library, found, around.visible_gpus)


def order_is_doubtful(gpus: Sequence[Gpu], around: Surroundings) -> bool:
    """Tell whether CUDA may number unlike GPUs otherwise than the driver (it puts the fastest first)."""
    by_index = any(entry.isdigit() for entry in around.visible_gpus or ())
    return by_index and not around.gpus_in_pci_order and len({gpu.model for gpu in gpus}) > 1


def _gpu(library: Library, handle: Any, place: int, around: Surroundings) -> Gpu:
    # Inside a container places are renumbered; the minor number is the host's, so that two containers' GPUs stay apart.
    minor = library.minor(handle) if around.container else None
    index = place if minor is None else minor
    return Gpu(handle=handle, index=index, uuid=library.uuid(handle), model=library.model(handle) or "NVIDIA GPU")


def _chosen(library: Library, found: Sequence[Gpu], entries: Sequence[str]) -> tuple[Gpu, ...]:
    chosen: dict[int, Gpu] = {}
    for entry in entries:
        gpu = _match(library, found, entry)
        if gpu is None:
            break  # as CUDA does: nothing after the first entry that does not exist is visible
        if gpu.index in chosen:
            gpu = _joined(chosen[gpu.index], gpu)
        chosen[gpu.index] = gpu
    return tuple(chosen.values())


def _match(library: Library, found: Sequence[Gpu], entry: str) -> Gpu | None:
    if entry.isdigit():
        return found[int(entry)] if int(entry) < len(found) else None
    if entry.startswith("MIG-"):
        return _slice(library, found, entry)
    matches = [gpu for gpu in found if gpu.uuid.startswith(entry)]
    return matches[0] if len(matches) == 1 else None


def _slice(library: Library, found: Sequence[Gpu], entry: str) -> Gpu | None:
    """Find the GPU of a MIG instance; older drivers write MIG-GPU-<uuid>/<instance>/<compute instance>."""
    for gpu in found:
        for part in library.slices(gpu.handle):
            uuid = library.uuid(part)
            if uuid.startswith(entry) or (entry.startswith(f"MIG-{gpu.uuid}/") and len(library.slices(gpu.handle)) == 1):
                return _part_of(gpu, library.slice_ratio(part))
        if entry.startswith(f"MIG-{gpu.uuid}/"):
            return _part_of(gpu, None)
    return None


def _part_of(gpu: Gpu, ratio: float | None) -> Gpu:
    from dataclasses import replace

    return replace(gpu, slice_ratio=1.0 if ratio is None else ratio)


def _joined(first: Gpu, second: Gpu) -> Gpu:
    return _part_of(first, min(1.0, first.slice_ratio + second.slice_ratio))
