"""How cases move: the funnel through the stages, the stream to each way of ending, the map of a procedure."""

from __future__ import annotations

from .funnel import funnel
from .graph import procedure_graph
from .stage_flow import stage_flow

__all__ = ["funnel", "procedure_graph", "stage_flow"]
