"""Frozen facts and their JSON: what every room hands to the next (CONTRACT.md 1 to 3)."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.records._check import Check as Check
    from vatio.records._check import Finding as Finding
    from vatio.records._counted import counted as counted
    from vatio.records._counted import counted_channels as counted_channels
    from vatio.records._entry import Entry as Entry
    from vatio.records._environment import Accelerator as Accelerator
    from vatio.records._environment import Distribution as Distribution
    from vatio.records._environment import Environment as Environment
    from vatio.records._environment import FileDigest as FileDigest
    from vatio.records._environment import Git as Git
    from vatio.records._environment import Processor as Processor
    from vatio.records._estimate import Estimate as Estimate
    from vatio.records._estimate import EstimatedEmissions as EstimatedEmissions
    from vatio.records._footprint import Emissions as Emissions
    from vatio.records._footprint import Factor as Factor
    from vatio.records._footprint import Footprint as Footprint
    from vatio.records._footprint import Intensity as Intensity
    from vatio.records._front import Front as Front
    from vatio.records._front import FrontPoint as FrontPoint
    from vatio.records._front import FrontSearch as FrontSearch
    from vatio.records._front import Rejected as Rejected
    from vatio.records._json import dumps as dumps
    from vatio.records._json import from_json as from_json
    from vatio.records._json import parse_rfc3339 as parse_rfc3339
    from vatio.records._json import rfc3339 as rfc3339
    from vatio.records._json import to_json as to_json
    from vatio.records._plan import Plan as Plan
    from vatio.records._plan import PlanCurve as PlanCurve
    from vatio.records._plan import PlanOutcome as PlanOutcome
    from vatio.records._plan import PlanWindow as PlanWindow
    from vatio.records._plan import Saving as Saving
    from vatio.records._quantity import PROVENANCES as PROVENANCES
    from vatio.records._quantity import Quantity as Quantity
    from vatio.records._quantity import difference as difference
    from vatio.records._quantity import product as product
    from vatio.records._quantity import scaled as scaled
    from vatio.records._quantity import total as total
    from vatio.records._replay import TIERS as TIERS
    from vatio.records._replay import Divergence as Divergence
    from vatio.records._replay import Replay as Replay
    from vatio.records._replay import ReplayedEnergy as ReplayedEnergy
    from vatio.records._run import Channel as Channel
    from vatio.records._run import Component as Component
    from vatio.records._run import Ended as Ended
    from vatio.records._run import Gap as Gap
    from vatio.records._run import Phase as Phase
    from vatio.records._run import Started as Started
    from vatio.records._span import Span as Span
    from vatio.records._verdict import HistoryShift as HistoryShift
    from vatio.records._verdict import Interval as Interval
    from vatio.records._verdict import PackageChange as PackageChange
    from vatio.records._verdict import QualityRow as QualityRow
    from vatio.records._verdict import TestResult as TestResult
    from vatio.records._verdict import Verdict as Verdict
    from vatio.records._view import EntryRef as EntryRef
    from vatio.records._view import Host as Host
    from vatio.records._view import Overhead as Overhead
    from vatio.records._view import RunRecord as RunRecord

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_counted": "counted counted_channels",
        "_check": "Check Finding",
        "_entry": "Entry",
        "_environment": "Accelerator Distribution Environment FileDigest Git Processor",
        "_estimate": "Estimate EstimatedEmissions",
        "_footprint": "Emissions Factor Footprint Intensity",
        "_front": "Front FrontPoint FrontSearch Rejected",
        "_json": "dumps from_json parse_rfc3339 rfc3339 to_json",
        "_plan": "Plan PlanCurve PlanOutcome PlanWindow Saving",
        "_quantity": "PROVENANCES Quantity difference product scaled total",
        "_replay": "Divergence Replay ReplayedEnergy TIERS",
        "_run": "Channel Component Ended Gap Phase Started",
        "_span": "Span",
        "_verdict": "HistoryShift Interval PackageChange QualityRow TestResult Verdict",
        "_view": "EntryRef Host Overhead RunRecord",
    },
)
