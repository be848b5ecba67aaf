"""What a policy says of tables of counts that somebody has published cell by cell before."""

from __future__ import annotations

from dataclasses import dataclass

from ..base.errors import SettingsError
from ..base.language import Message, tr


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyPublic:
    """Why nothing of a release is hidden: its tables of counts were published cell by cell before.

    Attributes
    ----------
    source : str
        Who published them, and where.
    reason : str
        Why they are shown again without protection.
    legal_basis : str
        By which rule they were published. All three are told with the release.

    Raises
    ------
    SettingsError
        When one of them says nothing.

    Examples
    --------
    >>> import justice_metrics as jm
    >>> from justice_metrics.disclosure.already_public import AlreadyPublic
    >>> known = AlreadyPublic(source="the police, open data", reason="published monthly", legal_basis="statistics act")
    >>> jm.DisclosurePolicy(already_public=known).already_public.source
    'the police, open data'
    """

    source: str
    reason: str
    legal_basis: str

    def __post_init__(self) -> None:
        for name in ("source", "reason", "legal_basis"):
            if not getattr(self, name).strip():
                raise SettingsError(
                    tr("'{name}' of [already_public] in the disclosure policy says nothing.", name=name),
                    tr("Say who published the counts, why they may be shown again, and by which rule."),
                )

    def words(self) -> Message:
        """Say that nothing is hidden, and why."""
        return tr(
            "Published before, number by number, by: {source}. So nothing is hidden here; why: {reason}; legal basis: "
            "{basis}.",
            source=self.source,
            reason=self.reason,
            basis=self.legal_basis,
        )

    def to_record(self) -> dict[str, str]:
        """Return it for a public record."""
        return {"source": self.source, "reason": self.reason, "legal_basis": self.legal_basis}
