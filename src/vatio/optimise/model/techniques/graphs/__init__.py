"""What makes a graph cheaper: exported, fused, or with numbers of fewer bits, in ONNX Runtime or OpenVINO."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.model.techniques.graphs._export import exported as exported
    from vatio.optimise.model.techniques.graphs._export import is_plain as is_plain
    from vatio.optimise.model.techniques.graphs._export import onnx_graph as onnx_graph
    from vatio.optimise.model.techniques.graphs._export import require_same as require_same
    from vatio.optimise.model.techniques.graphs._openvino import converted as converted
    from vatio.optimise.model.techniques.graphs._openvino import quantised as quantised
    from vatio.optimise.model.techniques.graphs._openvino import quantiser as quantiser

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_export": "exported is_plain onnx_graph require_same",
        "_openvino": "converted quantised quantiser",
    },
)
