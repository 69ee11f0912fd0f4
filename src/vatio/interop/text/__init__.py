"""Read and write the plain text that other tools' files are made of: tables, numbers with units, YAML."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.interop.text._number import EMISSIONS_G as EMISSIONS_G
    from vatio.interop.text._number import ENERGY_J as ENERGY_J
    from vatio.interop.text._number import amount as amount
    from vatio.interop.text._number import as_number as as_number
    from vatio.interop.text._number import number as number
    from vatio.interop.text._open import head_of as head_of
    from vatio.interop.text._open import read_text as read_text
    from vatio.interop.text._shape import lists as lists
    from vatio.interop.text._shape import mapping as mapping
    from vatio.interop.text._shape import text_of as text_of
    from vatio.interop.text._shape import when as when
    from vatio.interop.text._table import Row as Row
    from vatio.interop.text._table import table as table
    from vatio.interop.text._table import write_table as write_table
    from vatio.interop.text._yaml import load_yaml as load_yaml
    from vatio.interop.text._yaml import write_yaml as write_yaml

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_number": "EMISSIONS_G ENERGY_J amount as_number number",
        "_open": "head_of read_text",
        "_shape": "lists mapping text_of when",
        "_table": "Row table write_table",
        "_yaml": "load_yaml write_yaml",
    },
)
