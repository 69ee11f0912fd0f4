"""Repeat published studies over the same parts that users get, each one a run in the ledger."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.optimise.study._agreement import Figure as Figure
    from vatio.optimise.study._agreement import agreement as agreement
    from vatio.optimise.study._cells import Cell as Cell
    from vatio.optimise.study._data_centric import DataStudy as DataStudy
    from vatio.optimise.study._data_centric import Effect as Effect
    from vatio.optimise.study._data_centric import StudyDesign as StudyDesign
    from vatio.optimise.study._data_centric import Whole as Whole
    from vatio.optimise.study._data_centric import data_centric as data_centric
    from vatio.optimise.study._json import study_json as study_json
    from vatio.optimise.study._layers import LayerDesign as LayerDesign
    from vatio.optimise.study._layers import study_layers as study_layers
    from vatio.optimise.study._lines import study_lines as study_lines
    from vatio.optimise.study._messages import message_table as message_table
    from vatio.optimise.study._messages import read_messages as read_messages
    from vatio.optimise.study._page import study_html as study_html
    from vatio.optimise.study._repeated import Claim as Claim
    from vatio.optimise.study._repeated import Curves as Curves
    from vatio.optimise.study._repeated import Grid as Grid
    from vatio.optimise.study._repeated import Repeated as Repeated
    from vatio.optimise.study._repeated import repeated_json as repeated_json
    from vatio.optimise.study._repeated import repeated_lines as repeated_lines
    from vatio.optimise.study._repeated_page import repeated_html as repeated_html
    from vatio.optimise.study._strategies import StrategyDesign as StrategyDesign
    from vatio.optimise.study._strategies import search_strategies as search_strategies
    from vatio.optimise.study._traps import Trap as Trap
    from vatio.optimise.study._traps import traps as traps

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_agreement": "Figure agreement",
        "_cells": "Cell",
        "_data_centric": "DataStudy Effect StudyDesign Whole data_centric",
        "_messages": "message_table read_messages",
        "_json": "study_json",
        "_lines": "study_lines",
        "_page": "study_html",
        "_layers": "LayerDesign study_layers",
        "_repeated": "Claim Curves Grid Repeated repeated_json repeated_lines",
        "_repeated_page": "repeated_html",
        "_strategies": "StrategyDesign search_strategies",
        "_traps": "Trap traps",
    },
)
