"""Doubles and contracts for tests, ours and a plugin author's: nothing here is needed to measure."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.testing._backend_contract import BackendContract as BackendContract
    from vatio.testing._fake_clock import FakeClock as FakeClock
    from vatio.testing._fake_nvml import FakeGpu as FakeGpu
    from vatio.testing._fake_nvml import FakeNvml as FakeNvml
    from vatio.testing._fake_powercap import FakePowercap as FakePowercap
    from vatio.testing._fake_powercap import FakeZone as FakeZone
    from vatio.testing._format_contract import FormatContract as FormatContract
    from vatio.testing._format_contract import a_record as a_record
    from vatio.testing._meter_contract import MeterContract as MeterContract
    from vatio.testing._replay_meter import ReplayMeter as ReplayMeter
    from vatio.testing._replay_meter import Shown as Shown
    from vatio.testing._replay_meter import cpu as cpu
    from vatio.testing._replay_meter import dram as dram
    from vatio.testing._replay_meter import gpu as gpu
    from vatio.testing._replay_meter import shown as shown
    from vatio.testing._runs import a_footprint as a_footprint
    from vatio.testing._runs import a_run as a_run
    from vatio.testing._runs import a_start as a_start
    from vatio.testing._runs import an_end as an_end
    from vatio.testing._runs import ledger_in as ledger_in
    from vatio.testing._runs import spooled as spooled
    from vatio.testing._runs import user_of as user_of
    from vatio.testing._trace import Trace as Trace

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_backend_contract": "BackendContract",
        "_fake_clock": "FakeClock",
        "_fake_nvml": "FakeGpu FakeNvml",
        "_fake_powercap": "FakePowercap FakeZone",
        "_format_contract": "FormatContract a_record",
        "_meter_contract": "MeterContract",
        "_replay_meter": "ReplayMeter Shown cpu dram gpu shown",
        "_runs": "a_footprint a_run a_start an_end ledger_in spooled user_of",
        "_trace": "Trace",
    },
)
