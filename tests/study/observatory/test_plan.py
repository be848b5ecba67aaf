"""Settings of an observatory: checked whole, and told as a person needs it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from justice_metrics.base.errors import SettingsError
from justice_metrics.study.described import described
from justice_metrics.study.observatory.file import ObservatoryFile, contrast_with_white, observatory_schema
from justice_metrics.study.observatory.help_file import dialled, help_schema, read_help
from justice_metrics.study.observatory.plan import read_observatory
from justice_metrics.study.observatory.standard import FIGURES, combinations_of
from tests.study.observatory.conftest import Place

SAMPLE = Path(__file__).parents[3] / "sample_data" / "bolivia_observatory.toml"


def asked(place: Place) -> list[str]:
    return [one.ask for one in read_observatory(place.settings).standards]


class TestRead:
    def test_the_sample(self) -> None:
        found = read_observatory(SAMPLE)
        assert found.languages == ("es", "en")
        sources = {one.source for one in found.standards}
        assert sources == {"cases", "accused", "alerts"}
        figures = {name for one in found.standards for name in one.figures}
        assert figures <= set(FIGURES)
        assert {"start-headline", "demand-delay", "response-limits", "territory-rate", "accused-age"} <= figures
        counted = found.study.questions[0].settings
        assert counted["by"] == ("offence", "department", "sex", "age_group")
        assert ["municipality"] in [list(one) for one in counted["combine"]]
        assert found.help["hotlines"][0]["dial"] is None  # nothing in the sample can be called

    def test_defaults(self, place: Place) -> None:
        found = read_observatory(place.settings)
        assert asked(place) == [
            "case_counts",
            "attrition",
            "outcome_shares",
            "case_ages",
            "conviction_rates",
            "cumulative_incidence",
            "time_limits",
            "case_flows",
        ]
        assert found.look.colour == "#1b4d6b"
        assert found.study.folder == place.site
        assert found.institution.text("es") == found.institution.text("en") == "Example office"

    def test_everything_with_everything(self) -> None:
        given = tomllib.loads(SAMPLE.read_text(encoding="utf-8"))
        given["filters"]["combine"] = "all"
        about = described(SAMPLE.with_name("bolivia_observatory_mapping.toml"))
        found = combinations_of(ObservatoryFile.model_validate(given), about)
        assert len(found) == 6 + 4 + 1  # pairs, threes and all four
        assert found[0] == ("offence", "department")
        assert found[-1] == ("offence", "department", "sex", "age_group")

    def test_what_only_hidden_figures_need_is_not_asked(self, place: Place) -> None:
        place.write("[help]", '[figures]\nhide = ["response-limits", "response-flows", "demand-month"]\n[help]')
        assert "time_limits" not in asked(place)
        assert "case_flows" not in asked(place)
        assert "case_counts" in asked(place)  # other figures stand on it

    def test_other_words_make_another_site_and_another_day_does_not(self, place: Place) -> None:
        first = read_observatory(place.settings).digest
        place.write('secret = "env', 'published_on = 2026-07-15\nsecret = "env')
        assert read_observatory(place.settings).digest == first
        place.write("Línea de ejemplo", "Otra línea", file="help.toml")
        second = read_observatory(place.settings).digest
        assert second != first
        place.write("Example office", "Another office")
        assert read_observatory(place.settings).digest not in {first, second}


COUNTS = """
[data]
file = "counts.csv"
kind = "counts"

[counts]
period = "month"
keys = { department = "department" }

[counts.quantities]
new = "new"
old = { column = "old", label = "old" }
"""
CASES = 'cases = "mapping.toml"'
WRONG = [
    (CASES, f'{CASES}\nquantity = "new"', "there is no table of counts"),
    (CASES, f'{CASES}\naccused = "mapping.toml"', "write unit = 'accused'"),
    (CASES, 'counts = "counts.toml"', "'sources.quantity' is missing: counts.toml counts new, old"),
    (CASES, 'counts = "counts.toml"\nquantity = "newe"', "'newe' is not counted. Did you mean 'new'"),
    ("[help]", "[halp]", "'halp' is not a known key; did you mean 'help'"),
    ('"mapping.toml"', '"nowhere.toml"', "There is no file 'nowhere.toml'"),
    ('cases = "mapping.toml"', "", "'cases' or 'counts' is needed"),
    ('policy = "policy.toml"', "", "'observatory.policy' is missing"),
    ('"passport.toml"', '"pass.toml"', "'observatory.passport': there is no file 'pass.toml'"),
    ('by = ["department"]', 'by = ["departement"]', "'filters.by': 'departement' is not an attribute"),
    ('by = ["department"]', 'combine = [["department", "court"]]\nby = "department"', "'court' is not among those"),
    ('by = ["department"]', 'by = ["department", "year"]', "the year is a period"),
    ("[filters]", '[territory]\nshapes = "map.geojson"\n[filters]', "there is no file 'map.geojson'"),
    ("[help]", '[figures]\nhide = ["response-limit"]\n[help]', "there is no figure 'response-limit'. Did you mean"),
    (
        '{ es = "Observatorio", en = "Observatory" }',
        '{ es = "Observatorio" }',
        "title' says nothing in: en",
    ),
    ("[help]", '[texts]\nstart = { en = "Hello" }\n[help]', "'texts.start' says nothing in: es"),
    ("[help]", '[texts]\nsart = "Hello"\n[help]', "'texts.sart"),
    ("[help]", '[look]\ncolour = "#fedcba"\n[help]', "too light to be read on white"),
    ("[help]", '[look]\ncolour = "blue"\n[help]', "look.colour"),
    ("[help]", '[look]\nlogo = "logo.svg"\n[help]', "'logo_words' is missing"),
    ("[help]", '[demand]\nfact = "fact_day"\n[help]', "'fact_day' is no date attribute"),
    ('institution = "', 'folder = "."\ninstitution = "', "must lie by itself"),
    ('institution = "', 'secure = "site/secure"\ninstitution = "', "must lie by itself"),
    ('institution = "', 'address = "http://example.org"\ninstitution = "', "must begin with https://"),
    ('institution = "', 'published_on = 2026\ninstitution = "', "a day, written as 2026-07-15"),
    (
        'cases = "mapping.toml"',
        'cases = "mapping.toml"\nalerts = "mapping.toml"',
        "alerts' is no mapping of a",
    ),
]


class TestRefused:
    @pytest.mark.parametrize(("old", "new", "telling"), WRONG)
    def test_wrong_settings(self, place: Place, old: str, new: str, telling: str) -> None:
        (place.folder / "counts.toml").write_text(COUNTS, encoding="utf-8")
        place.write(old, new)
        with pytest.raises(SettingsError) as told:
            read_observatory(place.settings)
        assert telling in str(told.value)
        assert told.value.remedy is not None

    def test_every_wrong_key_at_once(self, place: Place) -> None:
        place.write('by = ["department"]', 'by = ["departement"]')
        place.write("[help]", '[figures]\nhide = ["nothing"]\n[help]')
        with pytest.raises(SettingsError, match="2 problems"):
            read_observatory(place.settings)

    def test_alerts_of_which_one_can_be_computed(self, place: Place) -> None:
        (place.folder / "alerts.csv").write_text("month,issued,active\n2018-01,9,2\n", encoding="utf-8")
        (place.folder / "alerts.toml").write_text(
            '[data]\nfile = "alerts.csv"\nkind = "counts"\n[counts]\nperiod = "month"\n[counts.quantities]\n'
            'issued = { column = "issued", label = "issued" }\nactive = { column = "active", label = "active" }\n',
            encoding="utf-8",
        )
        place.write('cases = "mapping.toml"', 'cases = "mapping.toml"\nalerts = "alerts.toml"')
        with pytest.raises(SettingsError, match="add up to those issued"):
            read_observatory(place.settings)

    @pytest.mark.parametrize(
        ("held", "telling"),
        [
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "more than a drawing"),
            (b"<svg><image href='https://example.org/a.png'/></svg>", "more than a drawing"),
            (b"<svg onload='x()'></svg>", "more than a drawing"),
            (b"GIF89a", "neither a png nor an svg"),
            (b"\x89PNG\r\n\x1a\n" + b"0" * 200_000, "200,008 bytes"),
        ],
    )
    def test_a_logo_that_does_something(self, place: Place, held: bytes, telling: str) -> None:
        (place.folder / "logo.svg").write_bytes(held)
        place.write("[help]", '[look]\nlogo = "logo.svg"\nlogo_words = "The logo"\n[help]')
        with pytest.raises(SettingsError, match=telling):
            read_observatory(place.settings)

    def test_a_logo_that_is_a_drawing(self, place: Place) -> None:
        drawn = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0h9' fill='url(#a)'/></svg>"
        (place.folder / "logo.svg").write_bytes(drawn)
        place.write("[help]", '[look]\nlogo = "logo.svg"\nlogo_words = "The logo"\n[help]')
        assert read_observatory(place.settings).look.logo == drawn


class TestHelp:
    @pytest.mark.parametrize(
        ("old", "new", "telling"),
        [
            (
                '[[hotline]]\nname = { es = "Línea de ejemplo", en = "Example line" }\nnumber = "XXX"',
                "",
                "'hotline' is",
            ),
            ('[leave]\nurl = "https://www.example.org/"', "", "'leave' is missing"),
            ("https://", "javascript:", "must begin with https://"),
            (', en = "Example line"', "", "'hotline.1.name' says nothing in: en"),
            ('number = "XXX"', "", "'hotline.1.number' is missing"),
            ("[[hotline]]", '[[report]]\nname = "Office"\n[[hotline]]', "an address, a number or a page is needed"),
        ],
    )
    def test_wrong_help(self, place: Place, old: str, new: str, telling: str) -> None:
        place.write(old, new, file="help.toml")
        with pytest.raises(SettingsError) as told:
            read_observatory(place.settings)
        assert telling in str(told.value)

    def test_what_can_be_dialled(self) -> None:
        assert dialled("+000 (0)1-23") == "+0000123"
        assert [dialled(one) for one in ("XXX", "call us", "", "1", None)] == [None] * 5

    def test_numbers_are_kept_as_written(self, place: Place) -> None:
        place.write('"XXX"', '"00 00"', file="help.toml")
        (one,) = read_help(place.folder / "help.toml", languages=("es",))["hotlines"]
        assert (one["number"], one["dial"], one["free"]) == ("00 00", "0000", False)
        assert one["name"].text("es") == "Línea de ejemplo"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(contrast_with_white("#767676"), 2) == 4.54  # the lightest grey that passes, a textbook case
    assert contrast_with_white("#777777") < 4.5


def test_schemas_know_every_section() -> None:
    assert {"observatory", "sources", "help", "texts"} <= set(observatory_schema()["properties"])
    assert {"leave", "hotline", "register", "service"} <= set(help_schema()["properties"])
