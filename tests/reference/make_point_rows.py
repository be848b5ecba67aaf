"""Write the teaching data on which the point effects are compared with R: ``python make_point_rows.py`` in this folder.

From the Python package causaldata 0.1.5 (MIT licence), in the columns that are used:

- ``point_rows_nhefs.csv``: the survey of Hernán and Robins (2020), *Causal Inference: What If*, 1,566 persons with a
  weight in 1982 (a public survey of the United States);
- ``point_rows_nsw.csv``: the randomised part of Dehejia and Wahba (1999), after LaLonde (1986), 445 persons.

Sampling weights and clusters are drawn: they only show that errors allow for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent


def write(name: str, table: Any, clusters: int) -> None:
    """Add drawn weights and clusters, and write numbers with twelve digits."""
    drawn = np.random.default_rng(20_240_607)
    table = table.assign(
        weight=drawn.choice([0.5, 0.8, 1.25, 2.0], len(table)), cluster=drawn.integers(1, clusters + 1, len(table))
    )
    table.to_csv(FOLDER / f"point_rows_{name}.csv", index=False, float_format="%.12g", lineterminator="\n")


def main() -> None:
    """Write both files."""
    from causaldata import nhefs_complete, nsw_mixtape

    survey = nhefs_complete.load_pandas().data
    shown = ["qsmk", "wt82_71", "death", "sex", "race", "age", "education", "smokeintensity", "smokeyrs"]
    survey = survey[[*shown, "exercise", "active", "wt71"]]
    whole = [one for one in survey if one not in ("wt82_71", "wt71")]
    write("nhefs", survey.astype(dict.fromkeys(whole, int)), 40)
    training = nsw_mixtape.load_pandas().data
    training = training.assign(worked=(training["re78"] > 0).astype(int)).drop(columns="data_id")
    write("nsw", training.round(4), 25)


if __name__ == "__main__":
    main()
