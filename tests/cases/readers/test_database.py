"""Databases: a table or a query as texts without loss, nothing but reading, and no password anywhere."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from justice_metrics.base.errors import JusticeMetricsError, ReadError
from justice_metrics.cases.mappings.mapping import CaseMapping
from justice_metrics.cases.read import read_cases
from justice_metrics.cases.readers.database import read_database
from justice_metrics.cases.readers.database_file import read_duckdb, read_sqlite
from justice_metrics.cases.readers.database_query import begins_as_select, word_of_writing
from justice_metrics.cases.readers.database_server import read_server
from justice_metrics.cases.readers.database_url import database_name, database_url, filled_in, is_database, source_name
from justice_metrics.cases.readers.files import read_text_table
from justice_metrics.cases.readers.text_rows import TextRows, cell_text
from justice_metrics.cases.readers.text_table import TextTable

SECRET = "Sucre-1825"


def cells(read: TextTable) -> list[list[str | None]]:
    return [list(row.values()) for row in read.table.to_pylist()]


def refusal(function: Any, *given: Any, **options: Any) -> str:
    with pytest.raises(JusticeMetricsError) as error:
        function(*given, **options)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None
    return error.value.text()


@pytest.fixture(scope="module")
def duck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("duck") / "casos.duckdb"
    with duckdb.connect(str(path)) as made:
        made.execute(
            "CREATE TABLE casos AS SELECT * FROM (VALUES ('01', DATE '2018-04-30', 1.50::DECIMAL(10, 2), 7.0::DOUBLE, "
            "true, TIMESTAMP '2018-04-30 14:05:00', TIMESTAMPTZ '2018-04-30 23:30:00-04', 'x'::BLOB, [1, 2]), "
            "('  ', NULL, NULL, 0.1, false, TIMESTAMP '2018-05-01', NULL, NULL, NULL), "
            "('02', NULL, NULL, 'nan'::DOUBLE, NULL, NULL, NULL, NULL, NULL)) "
            't("N° de caso", fecha, monto, numero, grave, hora, registro, imagen, lista)'
        )
        made.execute("CREATE SCHEMA fiscalia; CREATE VIEW fiscalia.abiertos AS SELECT 1 AS n UNION ALL SELECT 2")
    return path


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lite") / "casos.sqlite"
    made = sqlite3.connect(path)
    made.execute('CREATE TABLE casos ("N° de caso" TEXT, fecha TEXT, monto REAL, imagen BLOB)')
    made.execute("INSERT INTO casos VALUES ('01', '2018-04-30', 3.0, x'00ff'), (CAST(x'f161' AS TEXT), '', 0.1, NULL)")
    made.execute('CREATE TABLE "otra ""tabla""" (n INTEGER)')
    made.execute('INSERT INTO "otra ""tabla""" VALUES (9007199254740993)')
    made.commit()
    made.close()
    return path


def test_every_cell_of_duckdb_as_text(duck: Path) -> None:
    read = read_duckdb(duck, table="casos", time_zone="America/La_Paz")
    assert read.columns == ("N° de caso", "fecha", "monto", "numero", "grave", "hora", "registro")
    assert cells(read) == [
        ["01", "2018-04-30", "1.50", "7", "TRUE", "2018-04-30 14:05:00", "2018-04-30 23:30:00-04"],
        [None, None, None, "0.1", "FALSE", "2018-05-01", None],
        ["02", None, None, None, None, None, None],
    ]
    assert read.source == "casos.duckdb: casos"
    assert [note.text() for note in read.notes] == [
        "2 columns hold bytes, lists or records and were left out: imagen, lista."
    ]


def test_moments_by_utc_are_noted(duck: Path) -> None:
    read = read_duckdb(duck, query="SELECT registro FROM casos WHERE \"N° de caso\" = '01'")
    assert cells(read) == [["2018-05-01 03:30:00+00"]]
    assert "clocks of UTC" in read.notes[0].text()
    assert "'Marte' is no time zone" in refusal(read_duckdb, duck, table="casos", time_zone="Marte")


def test_every_cell_of_sqlite_as_text(lite: Path) -> None:
    read = read_sqlite(lite, table="casos")
    assert read.columns == ("N° de caso", "fecha", "monto")
    assert cells(read) == [["01", "2018-04-30", "3"], ["ña", None, "0.1"]]
    assert [note.text() for note in read.notes] == [
        "1 text of the database was not in UTF-8 and was read as Windows-1252.",
        "1 column holds bytes, lists or records and was left out: imagen.",
    ]
    assert cells(read_sqlite(lite, table='otra "tabla"')) == [["9007199254740993"]]


def test_through_the_door_in_a_process_of_its_own(duck: Path, lite: Path) -> None:
    read = read_database(
        "duckdb:///casos.duckdb", folder=duck.parent, query="SELECT n FROM fiscalia.abiertos ORDER BY n"
    )
    assert cells(read) == [["1"], ["2"]]
    assert read.source == "casos.duckdb"
    text = refusal(read_database, "sqlite:///casos.sqlite", folder=lite.parent, table="caso")
    assert "has no table 'caso'" in text
    assert "Did you mean 'casos'" in text


def test_which_table(duck: Path, lite: Path, tmp_path: Path) -> None:
    text = refusal(read_duckdb, duck)
    assert "2 tables" in text
    assert "casos, fiscalia.abiertos" in text
    assert "Did you mean 'fiscalia.abiertos'" in refusal(read_duckdb, duck, table="fiscalia.abierto")
    assert read_duckdb(duck, table="FISCALIA.Abiertos").n_rows == 2
    assert "2 tables" in refusal(read_sqlite, lite)
    one = tmp_path / "uno.sqlite"
    made = sqlite3.connect(one)
    made.execute("CREATE TABLE casos (n)")
    made.close()
    assert "no rows" in refusal(read_sqlite, one)
    none = tmp_path / "nada.duckdb"
    duckdb.connect(str(none)).close()
    assert "has no table" in refusal(read_duckdb, none)


WRITES = [
    "DELETE FROM casos",
    "SELECT 1; DELETE FROM casos",
    "ATTACH '{other}' AS x",
    "WITH a AS (SELECT 1) DELETE FROM casos",
    "PRAGMA user_version = 7",
    "",
]


@pytest.mark.parametrize("query", [*WRITES, "INSERT INTO casos SELECT * FROM casos", "SELECT load_extension('x')"])
def test_sqlite_only_reads(lite: Path, tmp_path: Path, query: str) -> None:
    before = lite.read_bytes()
    refusal(read_sqlite, lite, query=query.format(other=tmp_path / "x.db"))
    assert lite.read_bytes() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "query", [*WRITES, "COPY casos TO '{other}'", "SELECT * FROM read_text('{secret}')", "INSTALL httpfs"]
)
def test_duckdb_only_reads_its_own_file(duck: Path, tmp_path: Path, query: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    before = duck.read_bytes()
    text = refusal(read_duckdb, duck, query=query.format(other=tmp_path / "x.db", secret=secret))
    assert SECRET not in text
    assert duck.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["secret.txt"]


@pytest.mark.parametrize("reader", [read_duckdb, read_sqlite])
@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"caso;fecha\n1;2\n" * 10, "is no database"), (b"SQLite format 3\x00DUCK", "is no database")],
)
def test_files_that_are_no_database(tmp_path: Path, reader: Any, content: bytes, said: str) -> None:
    path = tmp_path / "casos.db"
    path.write_bytes(content)
    assert said in refusal(reader, path)


def test_an_sqlite_file_that_is_open_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "casos.sqlite"
    made = sqlite3.connect(path)
    made.execute("PRAGMA journal_mode = wal")
    made.execute("CREATE TABLE casos (n)")
    made.execute("INSERT INTO casos VALUES (1)")
    made.commit()
    assert "open in another program" in refusal(read_sqlite, path)
    made.close()  # which moves everything into the file itself
    assert cells(read_sqlite(path)) == [["1"]]


def test_a_query_with_two_columns_of_one_name(duck: Path, lite: Path) -> None:
    for read in (read_duckdb(duck, query="SELECT 1 AS n, 2 AS n"), read_sqlite(lite, query="SELECT 1 AS n, 2 AS n")):
        assert read.columns == ("n", "n (2)")
        assert cells(read) == [["1", "2"]]


def test_addresses(tmp_path: Path) -> None:
    assert database_url("sqlite:///datos/casos%201.db", folder=tmp_path).path == tmp_path / "datos" / "casos 1.db"
    assert database_url("duckdb:////srv/casos.duckdb", folder=tmp_path).path == Path("/srv/casos.duckdb")
    assert is_database("mysql+pymysql://x/y")
    assert not is_database(Path("casos.csv"))
    for text in ("duckdb://", "duckdb:///", "sqlite:///:memory:", "sqlite://host/casos.db"):
        assert "names no file" in refusal(database_url, text, folder=tmp_path)
    assert "not written as one" in refusal(database_url, "postgresql://[::1/casos", folder=tmp_path)
    assert "There is no file 'caso.sqlite'" in refusal(read_database, "sqlite:///caso.sqlite", folder=tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ana:{SECRET}@10.0.0.1/casos",
        f"postgresql://ana@10.0.0.1/casos?password={SECRET}",
        f"mysql+pymysql://ana:{SECRET}@10.0.0.1/casos",
        f"mssql+pyodbc://ana:${{CLAVE}}@10.0.0.1/casos?PWD={SECRET}",
        f"mssql+pyodbc:///?odbc_connect=SERVER%3D10.0.0.1%3BUID%3Dana%3BPWD%3D{SECRET}",
        f"postgresql://ana%3A{SECRET}@10.0.0.1/casos",
        f"postgresql://ana:a/{SECRET}@10.0.0.1/casos",
        f"postgresql://ana:a?{SECRET}@10.0.0.1/casos",
        f"postgresql://ana@10.0.0.1/casos?options=-c%20password%3D{SECRET}",
        f"snowflake://ana@10.0.0.1/casos?private_key_passphrase={SECRET}",
        f"trino://10.0.0.1/casos?access_token={SECRET}",
        f"trino://10.0.0.1/casos?http_headers=Authorization%3ABearer%20{SECRET}",
        f"duckdb:///md:ana?motherduck_token={SECRET}",
        # not quite addresses
        f"postgresql+psycopg-binary://ana:{SECRET}@10.0.0.1",
        f"jdbc:postgresql://10.0.0.1/casos?user=ana&password={SECRET}",
        f" postgresql://ana:{SECRET}@10.0.0.1",
    ],
)
def test_a_password_that_is_written_out_is_refused_and_not_repeated(address: str) -> None:
    text = refusal(database_url, address, folder=Path())
    assert "environment variable" in text
    for word in (SECRET, "ana", "10.0.0.1"):
        assert word not in text


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ana@servidor:${CLAVE}@servidor.azure.com/casos",
        "postgresql://ana@[::1]:5432/casos?passfile=/srv/pass&sslkey=/srv/key",
        "mssql+pyodbc:///casos?odbc_connect=UID%3Dana%3BPWD%3D%7B%24%7BCLAVE%7D%7D",
        "postgresql://10.0.0.1:5432/casos?user=ana@x&authentication=ActiveDirectoryPassword",
        " trino://10.0.0.1/casos?http_headers=Authorization%3ABearer%20${CLAVE}",
    ],
)
def test_a_password_that_is_not_written_out_is_none(address: str) -> None:
    assert database_url(address, folder=Path()).name.endswith(": casos")


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql:/ana:{SECRET}@10.0.0.1",
        f"postgresql:/10.0.0.1/{SECRET}",
        f"postgresql+psycopg2:ana:{SECRET}@10.0.0.1",
        f"postgresql//ana:{SECRET}@10.0.0.1",
        f"ana/{SECRET}@10.0.0.1",
        f"Server=10.0.0.1;Uid=ana;Pwd={SECRET};",
        f" postgresql://ana:{SECRET}@10.0.0.1",
        f"jdbc:postgresql://10.0.0.1/casos?user=ana&password={SECRET}",
    ],
)
def test_a_mistyped_address_is_not_repeated(address: str, tmp_path: Path) -> None:
    parts = {
        "data": {"file": address},
        "cases": {"id": "caso", "procedure": "bolivia", "cutoff": "2018-12-31"},
        "dates": {"complaint": "fecha"},
    }

    def read() -> None:
        read_cases(mapping=CaseMapping.from_dict(parts, folder=tmp_path))

    for text in (refusal(read), refusal(read_text_table, address)):
        for word in (SECRET, "ana", "10.0.0.1"):
            assert word not in text.replace("postgresql://user:${NAME}@host/database", "")
    if not is_database(address):
        assert source_name(address) == "…"  # the screen says which file is being read


def test_names_of_files_are_told(tmp_path: Path) -> None:
    for name in ("casos.csv", "casos@2017.csv", "ana@ministerio/casos.xlsx"):
        assert source_name(name) == Path(name).name
        assert f"'{Path(name).name}'" in refusal(read_text_table, tmp_path / name)


def test_a_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAVE_CASOS", raising=False)
    address = "postgresql://ana:${CLAVE_CASOS}@10.0.0.1:5432/casos"
    assert database_name(address) == "postgresql: casos"
    found = database_url(address, folder=Path())
    assert "10.0.0.1" not in repr(found)
    text = refusal(filled_in, "${CLAVE_CASOS}")
    assert "CLAVE_CASOS, which is not set" in text
    monkeypatch.setenv("CLAVE_CASOS", SECRET)
    assert filled_in("${CLAVE_CASOS}") == SECRET


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT 1 EXEC('DEL'+'ETE FROM casos COMMIT')", "EXEC"),
        ("SELECT 1 EXECUTE sp_executesql N'x'", "EXECUTE"),
        ("SELECT 1 SHUTDOWN", "SHUTDOWN"),
        ("SELECT 1 BACKUP DATABASE x TO DISK='x'", "BACKUP"),
        ("SELECT * FROM OPENROWSET(BULK 'x', SINGLE_CLOB) a", "OPENROWSET"),
        ("SELECT 1 /*!INTO OUTFILE '/tmp/x'*/", "/*!"),
        ("SELECT 1 /*M! INTO OUTFILE '/tmp/x'*/", "/*M!"),
        # where servers differ about the end of a text, a name or a comment, nothing is set aside
        ("SELECT '\\'', x INTO OUTFILE \"/tmp/y\" FROM casos #'", "INTO"),
        ("SELECT 1--1 INTO OUTFILE '/tmp/x'", "INTO"),
        ("SELECT 1 # '\n INTO OUTFILE '/tmp/x'", "INTO"),
        ("SELECT `'`, 1 INTO OUTFILE '/tmp/x'", "INTO"),
        ("SELECT $$'$$ AS a INTO b --'", "INTO"),
        ("SELECT [it's] INTO b FROM c --'", "INTO"),
        ("SELECT q'{it's}' INTO b FROM c --'", "INTO"),
        ("SELECT pg_read_file('/etc/passwd')", "pg_read_file"),
        ("SELECT \"pg_read_file\" ('/etc/passwd')", "pg_read_file"),
        ("SELECT \"'\", pg_read_file(x), '' FROM casos", "pg_read_file"),
        ('SELECT U&"pg\\005fread_file"(x)', 'U&"'),
        ("SELECT dblink_exec('dbname=x', 'y')", "dblink_exec"),
        ("SELECT 1; SELECT 2", ";"),
        ("SELECT 'into', \"delete\", 'it''s', N'ñ' FROM casos -- delete it\n WHERE a > 1;", None),
        ("SELECT [Fecha] FROM dbo.casos WHERE marca = '#'", None),
        ("SELECT REPLACE(a, 'x', 'y') AS updated_on, pg_id FROM `casos`", None),
    ],
)
def test_words_of_writing(query: str, word: str | None) -> None:
    assert begins_as_select(query)
    assert word_of_writing(query) == word


class TestServer:
    """The door to servers, through the dialect of SQLAlchemy that needs none."""

    @pytest.fixture(autouse=True)
    def _there(self) -> None:
        pytest.importorskip("sqlalchemy")

    @staticmethod
    def address(path: Path) -> Any:
        return database_url(f"sqlite+pysqlite:///{path}", folder=Path())

    def test_a_table_and_a_query(self, lite: Path) -> None:
        read = read_server(self.address(lite), table='otra "tabla"')
        assert cells(read) == [["9007199254740993"]]
        assert read.source.startswith("sqlite: ")
        read = read_server(self.address(lite), query="SELECT fecha, ':x' AS marca, '100%' AS parte FROM casos LIMIT 1")
        assert cells(read) == [["2018-04-30", ":x", "100%"]]
        assert "Did you mean 'casos'" in refusal(read_server, self.address(lite), table="Cassos")
        assert "refuses the query" in refusal(read_server, self.address(lite), query="SELECT nada FROM casos")

    def test_what_a_query_might_do_is_taken_back(self, lite: Path) -> None:
        before = lite.read_bytes()
        assert "not one SELECT" in refusal(read_server, self.address(lite), query="DELETE FROM casos")
        text = refusal(read_server, self.address(lite), query="WITH a AS (SELECT 1) DELETE FROM casos WHERE 1 IN a")
        assert "holds 'DELETE'" in text
        assert "not one SELECT" in refusal(read_server, self.address(lite), query="SELECT 1; DELETE FROM casos")
        assert lite.read_bytes() == before

    def test_a_server_that_knows_no_reading_transaction(self, lite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def noted(**asked: str) -> bool:
            read = read_server(self.address(lite), **asked)
            return any("no transaction that only reads" in one.text() for one in read.notes)

        assert not noted(query="SELECT fecha FROM casos")
        monkeypatch.setattr("justice_metrics.cases.readers.database_server._READ_ONLY", {})
        assert noted(query="SELECT fecha FROM casos")
        assert not noted(table='otra "tabla"')

    def test_neither_host_nor_user_nor_password_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CLAVE_CASOS", SECRET)
        for address in (
            "postgresql+nada://ana:${CLAVE_CASOS}@servidor.invalid/casos",
            "nada://ana:${CLAVE_CASOS}@servidor.invalid/casos",
            "postgresql+psycopg://ana:${CLAVE_CASOS}@servidor.invalid/casos",
            "sqlite+pysqlite:////servidor.invalid/ana/casos",
        ):
            text = refusal(read_server, database_url(address, folder=Path()), table="casos")
            for word in (SECRET, "ana:", "servidor"):
                assert word not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (Decimal("NaN"), None),
        (1e300, repr(1e300)),
        (-0.0, "0"),
        (dt.datetime(2018, 4, 30), "2018-04-30"),
        (dt.datetime(2018, 4, 30, 14, 5), "2018-04-30 14:05:00"),
        (dt.datetime(2018, 4, 30, tzinfo=dt.timezone(dt.timedelta(hours=-4))), "2018-04-30 00:00:00-04:00"),
        (dt.time(8, 30), "08:30:00"),
        (" ñ ", "ñ"),
        (False, "FALSE"),
    ],
)
def test_values_as_texts(value: Any, text: str | None) -> None:
    assert cell_text(value) == text


@given(
    st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.dates(), st.floats(allow_nan=False))
)
def test_no_digit_is_lost(value: Any) -> None:
    text = cell_text(value)
    assert text is not None
    back = dt.date.fromisoformat(text) if isinstance(value, dt.date) else type(value)(text)
    assert back == value


def test_rows_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("justice_metrics.cases.readers.text_rows._BLOCK", 2)
    zone = dt.timezone(dt.timedelta(hours=-4))
    rows = TextRows(["n", "records", "when"], zone=zone)
    moment = dt.datetime(2018, 5, 1, 2, tzinfo=dt.UTC)
    rows.add([(1, None, moment), (2, {"a": 1}, None), (3, "x", None)])
    read = rows.table("t")
    assert read.columns == ("n", "when")
    assert cells(read) == [["1", "2018-04-30 22:00:00-04:00"], ["2", None], ["3", None]]
    assert rows.n_moments == 1
    with pytest.raises(ReadError, match="no rows"):
        TextRows(["n"]).table("t")
