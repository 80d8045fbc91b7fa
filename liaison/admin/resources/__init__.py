"""What the office takes in and gives out as XLSX: stations, deputies, who is resident where, reception rules."""

from .deputies import DeputyResource, ResidencyResource
from .rules import RuleResource
from .stations import StationResource

__all__ = ["DeputyResource", "ResidencyResource", "RuleResource", "StationResource"]
