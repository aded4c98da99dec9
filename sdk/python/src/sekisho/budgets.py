"""What a project may still ask."""

from collections.abc import Sequence

import pyarrow as pa

from sekisho.listing import Listing
from sekisho.picture.purse import Purse
from sekisho.plots import Plot
from sekisho.release import Budget


class Budgets(Listing):
    """The budgets of a project: ``dataset``, ``limit``, ``spent`` and ``left``, in queries.

    Examples
    --------
    >>> Budgets("P-0001", [Budget("demo-cancer", "P-0001", limit=200, spent=12)])
    dataset      limit  spent  left
    -----------  -----  -----  ----
    demo-cancer    200     12   188
    """

    def __init__(self, project: str, budgets: Sequence[Budget]) -> None:
        self._project = project
        super().__init__(
            pa.table(
                {
                    "dataset": pa.array([b.dataset for b in budgets], pa.string()),
                    "limit": pa.array([b.limit for b in budgets], pa.uint64()),
                    "spent": pa.array([b.spent for b in budgets], pa.uint64()),
                    "left": pa.array([b.left for b in budgets], pa.uint64()),
                }
            )
        )

    @property
    def plot(self) -> Plot:
        """Draw what is spent and left of each limit; needs the extra ``plot``."""
        return Plot(lambda: Purse.of(self._project, list(self)), lambda: self)
