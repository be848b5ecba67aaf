"""The links themselves, for the secure side: which record belongs to which person and case."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from ..private_file import PREFIX, write_private
from .linked import LinkedRegisters
from .pseudonyms import keyed, read_secret

LINKS_FILE: Final = f"{PREFIX}links.csv"


def write_links(
    linked: LinkedRegisters,
    folder: str | Path,
    *,
    threshold: float = 0.9,
    secret: str | Path | None = None,
    project: str | Path | None = None,
) -> Path:
    """Write which records are one person, and which case of the first register each belongs to.

    Parameters
    ----------
    linked : LinkedRegisters
    folder : path
        An existing folder on the secure side.
    threshold : float
        Probability from which a pair counts as one person.
    secret : str or path, optional
        With it the ids are pseudonyms, made with the name of the register as their purpose: a register whose ids were
        replaced in the same way can be joined to the file, and nothing else can. See ``pseudonyms``.
    project : path, optional
        Folder in which the secret may not lie; nor may it lie with the registers or the file of links.

    Returns
    -------
    Path
        Columns ``register, id, person, case_id``; ``case_id`` is blank for a record that belongs to no case. Rows stand
        in the order of their ids or pseudonyms, and persons are numbered in that order: that of the registers would
        tell whoever has one of them which pseudonym is whose.

    Raises
    ------
    QuestionError, SettingsError, OutputError
        When the threshold is none, the secret weak, or the file cannot be written.
    """
    ids = [one.table.column(one.part.id).to_pylist() for one in linked.registers]
    if secret is not None:
        key = read_secret(secret, project=project, beside=(*linked.folders, folder))
        ids = [keyed(held, key, name) for held, name in zip(ids, linked.names, strict=True)]
    case = linked.cases(threshold).case
    every = [str(one) for held in ids for one in held]
    register = linked.register.tolist()
    order = sorted(range(len(every)), key=lambda row: (register[row], every[row]))
    person = linked.persons(threshold)[order]
    _, first, number = np.unique(person, return_index=True, return_inverse=True)
    # numbered as they come, from 1
    called = (np.argsort(np.argsort(first)) + 1)[number]
    rows = (
        (linked.names[register[row]], every[row], str(called[at]), ids[0][case[row]] if case[row] >= 0 else "")
        for at, row in enumerate(order)
    )
    return write_private(Path(folder) / LINKS_FILE, ("register", "id", "person", "case_id"), rows)
