"""Words that a third language lacks are found before a page is made."""

from __future__ import annotations

import pytest

from justice_metrics.base.errors import OutputError
from justice_metrics.base.language import Label, tr
from justice_metrics.publish.site import translated
from justice_metrics.publish.site.counts import Capital
from justice_metrics.publish.site.figures import figures_of
from justice_metrics.publish.site.model import Site
from tests.publish.site.made_site import DAY, INSTITUTION, TITLE, release


def site(language: str) -> Site:
    return Site(title=Label("Name"), institution=Label("Office"), published_on=DAY, languages=(language,), figures=())


def test_a_third_language_lacks_what_its_catalogue_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translated, "catalogue", lambda _: {"Start": ("Qallariy",)})
    with pytest.raises(OutputError, match=r"texts of the site are missing in the language 'qu': “.+”, “.+”, “.+”, …"):
        translated.ensure_translated(site("qu"))


def test_a_third_language_that_is_whole_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Everything(dict[str, tuple[str, ...]]):
        def __contains__(self, _: object) -> bool:
            return True

    monkeypatch.setattr(translated, "catalogue", lambda _: Everything())
    translated.ensure_translated(site("qu"))


def test_one_plain_text_stands_for_all_languages_and_one_of_several_does_not() -> None:
    missing = translated._missing
    assert list(missing(Label("La Paz"), "es")) == []
    assert list(missing(Label({"en": "rape", "es": "violación"}), "es")) == []
    assert list(missing(Label({"en": "rape", "es": "violación"}), "qu")) == ["rape"]
    assert list(missing(Capital(Label({"es": "violación"})), "en")) == ["violación"]
    assert list(missing(tr("{name}", name=Label({"es": "violación"})), "en")) == ["violación"]
    assert list(missing(tr("{name}", name="La Paz"), "qu")) == []


def test_words_of_figures_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = figures_of(release())
    whole = Site(title=TITLE, institution=INSTITUTION, published_on=DAY, languages=("es", "en"), figures=figures)
    translated.ensure_translated(whole)
    monkeypatch.setattr(translated, "catalogue", lambda _: {})
    # the quantity of the made table has words in two languages only
    missing = {one for words in translated._of_figure(figures[0]) for one in translated._missing(words, "qu")}
    assert "complaints" in missing
