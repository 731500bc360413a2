"""The reader of consumidor.gov.br open data: two layouts, typed rows, every fault reported and none fatal."""

import csv
import hashlib
import io
import pickle
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from statistics import mean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressplatform.codes import Category, Nature
from expressplatform_cli.consumidor import ROW, HistoryRow, UnknownLayout, Unreadable, count_lines, digest, read
from expressplatform_cli.consumidor_codes import category, nature
from expressplatform_cli.consumidor_file import COLUMNS

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "consumidor_ecommerce_2014-2015.csv"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the open-data file is not beside the project")

HEADER = ("source_file", *COLUMNS)
CELLS: Mapping[str, str] = {
    "source_file": "2014-06", "region": "SE", "uf": "SP", "city": "São Paulo", "sex": "F",
    "age_band": "entre 31 a 40 anos", "year_opened": "2014", "month_opened": "6", "date_opened": "2014-06-02",
    "date_responded": "2014-06-12", "date_closed": "2014-06-20", "response_days": "8", "trader": "Loja Um",
    "market_segment": "Comércio Eletrônico", "area": "Demais Produtos", "subject": "Livros",
    "problem_group": "Entrega do Produto", "problem": "Não entrega / demora na entrega do produto",
    "how_bought": "Internet", "contacted_trader": "S", "responded": "S", "status": "Finalizada avaliada",
    "consumer_evaluation": "Resolvida", "consumer_rating": "4",
}  # fmt: skip
SILENCE = {"status": "Finalizada não avaliada", "consumer_evaluation": "Não Avaliada", "consumer_rating": ""}
NO_REPLY = {"responded": "N", "date_responded": "", "response_days": ""}


def ours(*rows: Mapping[str, str], header: bool = True, end: str = "\r\n") -> bytes:
    """A file of the layout with commas: one line for each change made to the good row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerows([HEADER] if header else [])
    writer.writerows([{**CELLS, **row}[name] for name in HEADER] for row in rows)
    return out.getvalue().encode()


def day_first(cell: str) -> str:
    return "/".join(reversed(cell.split("-"))) if cell.count("-") == 2 else cell


def raw(*rows: Mapping[str, str], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    """A file of the official layout."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=quoting)  # type: ignore[arg-type]
    for row in rows:
        cells = {**CELLS, **row}
        writer.writerow([day_first(cells[n]) if n.startswith("date") else cells[n] for n in COLUMNS])
    return out.getvalue().encode("cp1252")


def parse(content: bytes) -> list[HistoryRow | Unreadable]:
    return list(read(io.BytesIO(content)))


def one(content: bytes) -> HistoryRow:
    (row,) = parse(content)
    assert isinstance(row, HistoryRow)
    return row


def faults(content: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.column) for row in parse(content) if isinstance(row, Unreadable)]


GOLDEN: Mapping[str, float] = {
    "complaints": 6483, "answered": 6412, "evaluated": 4528, "resolved": 2268, "unresolved": 2260,
    "silent": 1955, "rating": 2.591, "days": 6.375, "median": 7,
}  # fmt: skip


class TestGolden:
    @staticmethod
    def figures(found: Iterable[HistoryRow | Unreadable]) -> dict[str, float]:
        rows = [row for row in found if isinstance(row, HistoryRow)]
        days = [row.response_days for row in rows if row.response_days is not None]
        verdicts = [row.verdict for row in rows]
        return {
            "complaints": len(rows),
            "answered": sum(row.answered for row in rows),
            "evaluated": sum(verdict != "silent" for verdict in verdicts),
            "resolved": verdicts.count("resolved"),
            "unresolved": verdicts.count("unresolved"),
            "silent": verdicts.count("silent"),
            "rating": round(mean(row.rating for row in rows if row.rating is not None), 3),
            "days": round(mean(days), 3),
            "median": median(days),
        }

    @needs_data
    def test_the_real_file_gives_the_figures_that_were_counted_by_hand(self) -> None:
        found = list(read(DATA))
        assert self.figures(found) == GOLDEN
        assert len(found) == 6483
        assert count_lines(DATA) == 6484
        assert [row.line for row in found] == list(range(2, 6485))

    @needs_data
    def test_the_same_file_in_the_official_layout_reads_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "raw.csv"
        with DATA.open(encoding="utf-8", newline="") as file:
            path.write_bytes(b"".join(raw(row) for row in csv.DictReader(file)))
        found = list(read(str(path)))
        assert self.figures(found) == GOLDEN
        assert [row.line for row in found] == list(range(1, 6484))
        assert digest(path) != digest(DATA)

    @needs_data
    def test_every_problem_of_the_real_file_has_a_nature_of_ours(self) -> None:
        rows = [row for row in read(DATA) if isinstance(row, HistoryRow)]
        assert Nature.OTHER not in {nature(row.problem, row.problem_group) for row in rows}
        assert category(rows[0].area, rows[0].subject) is Category.ELECTRONICS


class TestLayouts:
    def test_a_row_is_typed(self) -> None:
        row = one(ours({}))
        assert (row.line, row.opened, row.responded, row.closed) == (
            2, date(2014, 6, 2), date(2014, 6, 12), date(2014, 6, 20),
        )  # fmt: skip
        assert (row.response_days, row.answered, row.contacted_trader) == (8, True, True)
        assert (row.verdict, row.rating, row.city, row.trader) == ("resolved", 4, "São Paulo", "Loja Um")

    @pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    def test_the_official_layout_needs_no_header_and_may_be_quoted(self, quoting: int) -> None:
        first, second = parse(raw({}, {"trader": "Ação; e mais"}, quoting=quoting))
        assert isinstance(first, HistoryRow)
        assert isinstance(second, HistoryRow)
        assert (first.line, first.city, first.opened) == (1, "São Paulo", date(2014, 6, 2))
        assert second.trader == "Ação; e mais"

    def test_a_header_may_be_absent_from_our_layout(self) -> None:
        assert one(ours({}, header=False)).line == 1

    def test_a_portuguese_header_may_be_present_in_the_official_one(self) -> None:
        header = (
            "Região;UF;Cidade;Sexo;Faixa Etária;Ano Abertura;Mês Abertura;Data Abertura;Data Resposta;"
            "Data Finalização;Tempo Resposta;Nome Fantasia;Segmento de Mercado;Área;Assunto;Grupo Problema;"
            "Problema;Como Comprou Contratou;Procurou Empresa;Respondida;Situação;Avaliação Reclamação;"
            "Nota do Consumidor\r\n"
        )
        assert one(header.encode("cp1252") + raw({})).line == 2

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_a_byte_order_mark_and_either_line_end_are_read(self, end: str) -> None:
        assert one(b"\xef\xbb\xbf" + ours({}, end=end)).region == "SE"
        assert one(b"\xef\xbb\xbf" + ours({}, header=False, end=end)).uf == "SP"

    def test_semicolons_in_utf8_are_told_from_cp1252(self) -> None:
        assert one(raw({}).decode("cp1252").encode()).city == "São Paulo"

    def test_blank_lines_count_and_give_nothing(self) -> None:
        assert one(b"\r\n\n" + ours({}) + b"\r\n").line == 4

    def test_a_quoted_cell_may_hold_a_line_break(self) -> None:
        first, second = parse(ours({"city": "São\nPaulo"}, {}))
        assert isinstance(first, HistoryRow)
        assert (first.line, first.city, second.line) == (2, "São\nPaulo", 4)

    @pytest.mark.parametrize(
        "content",
        [b"", b"\n\r\n", b"a,b,c\n1,2,3\n", b"\xff\xfea\x00,\x00", b"{}", b'"' * 99, b"x" * 70_000, b"\x00"],
    )
    def test_another_file_is_one_typed_error(self, content: bytes) -> None:
        with pytest.raises(UnknownLayout, match="not an open-data file") as caught:
            parse(content)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301

    def test_a_header_in_another_order_is_refused_rather_than_misread(self) -> None:
        swapped = ",".join(HEADER).replace("region,uf", "uf,region").encode()
        with pytest.raises(UnknownLayout, match="another order"):
            parse(swapped + b"\r\n" + ours({}, header=False))

    def test_a_file_is_named_by_its_digest_and_measured_by_its_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_bytes(b"a\nb")
        assert count_lines(path) == 2
        assert digest(path) == hashlib.sha256(b"a\nb").hexdigest()
        path.write_bytes(b"")
        assert count_lines(path) == 0


class TestOdditiesThatAreNoFaults:
    @pytest.mark.parametrize("verdict", ["Resolvida", "Não Resolvida"])
    def test_an_evaluation_without_a_reply(self, verdict: str) -> None:
        row = one(ours({**NO_REPLY, "consumer_evaluation": verdict}))
        assert (row.answered, row.responded, row.response_days) == (False, None, None)

    def test_fewer_counted_days_than_passed(self) -> None:
        assert one(ours({"response_days": "0"})).response_days == 0

    def test_an_evaluation_without_a_rating(self) -> None:
        assert one(ours({"consumer_rating": ""})).rating is None

    def test_silence_with_and_without_a_reply(self) -> None:
        assert one(ours(SILENCE)).verdict == "silent"
        assert one(ours({**SILENCE, **NO_REPLY})).verdict == "silent"

    def test_two_equal_rows_are_two_rows(self) -> None:
        assert len(parse(ours({}, {}))) == 2

    def test_letter_case_accents_and_spaces_do_not_matter(self) -> None:
        row = one(ours({
            "status": " FINALIZADA  avaliada", "consumer_evaluation": "nao  RESOLVIDA ", "responded": " s",
            "contacted_trader": "NÃO",
        }))  # fmt: skip
        assert (row.verdict, row.answered, row.contacted_trader) == ("unresolved", True, False)

    def test_words_that_describe_may_be_empty(self) -> None:
        assert one(ours(dict.fromkeys(("city", "subject", "how_bought", "problem", "sex"), ""))).city == ""


class TestFaults:
    @pytest.mark.parametrize(
        ("change", "columns"),
        [
            ({"date_opened": ""}, ["date_opened"]),
            ({"date_opened": "2014-13-02"}, ["date_opened"]),
            ({"date_opened": "02.06.2014"}, ["date_opened"]),
            ({"date_closed": "31/06/2014"}, ["date_closed"]),
            ({"date_closed": "0001-01-01"}, ["date_closed"]),
            ({"date_closed": "2014-06-٢٠"}, ["date_closed"]),
            ({"trader": " "}, ["trader"]),
            ({"responded": "?"}, ["responded"]),
            ({"contacted_trader": ""}, ["contacted_trader"]),
            ({"status": "Cancelada"}, ["status"]),
            ({"consumer_evaluation": "Talvez"}, ["consumer_evaluation"]),
            ({"response_days": "-1"}, ["response_days"]),
            ({"response_days": "2.5"}, ["response_days"]),
            ({"consumer_rating": "0"}, ["consumer_rating"]),
            ({"consumer_rating": "6"}, ["consumer_rating"]),
            ({"consumer_rating": "five"}, ["consumer_rating"]),
            ({"city": "São\0Paulo"}, ["city"]),
            # contradictions
            ({"date_responded": "", "response_days": ""}, ["date_responded"]),
            ({"responded": "N"}, ["date_responded", "response_days"]),
            ({"date_responded": "2014-06-01", "response_days": ""}, ["date_responded"]),
            ({"date_closed": "2014-06-01"}, ["date_closed"]),
            ({"date_closed": "2014-06-11"}, ["date_closed"]),
            ({"response_days": "11"}, ["response_days"]),
            ({"consumer_evaluation": "Não Avaliada"}, ["consumer_evaluation", "consumer_rating"]),
            ({"consumer_evaluation": ""}, ["consumer_evaluation", "consumer_rating"]),
            ({"status": "Finalizada não avaliada"}, ["consumer_evaluation"]),
            ({**SILENCE, "consumer_rating": "3"}, ["consumer_rating"]),
            # every fault of a row
            ({"date_opened": "x", "responded": "x", "consumer_rating": "x"},
             ["date_opened", "responded", "consumer_rating"]),
        ],
    )  # fmt: skip
    def test_every_fault_is_told_by_line_and_column_and_the_rest_goes_on(
        self, change: dict[str, str], columns: list[str]
    ) -> None:
        content = ours({}, change, {})
        assert faults(content) == [(3, column) for column in columns]
        assert [row.line for row in parse(content) if isinstance(row, HistoryRow)] == [2, 4]

    def test_a_wrong_number_of_columns_is_one_fault(self) -> None:
        assert faults(ours({}) + b"a,b,c\r\n" + ours({}, header=False)) == [(3, ROW)]

    def test_an_undecodable_byte_is_told_where_it_stands(self) -> None:
        good = ours({}, {})
        content = good + ours({"trader": "Loja Dois"}, header=False).replace(b"Loja Dois", b"Loja \xe3")
        assert faults(content) == [(4, "trader")]
        assert faults(raw({}, {"city": "Sorocaba"}).replace(b"Sorocaba", b"Soro\x81aba")) == [(2, "city")]

    def test_a_stray_quotation_mark_costs_its_own_line_only(self) -> None:
        content = ours({}, {"trader": "STRAY"}, {}).replace(b"STRAY", b'"Loja')
        assert faults(content) == [(3, ROW)]
        assert [row.line for row in parse(content)] == [2, 3, 4]

    def test_a_quotation_mark_inside_a_cell_is_a_character(self) -> None:
        assert one(ours({"trader": "MARK"}).replace(b"MARK", b'Loja 5" e "x"')).trader == 'Loja 5" e "x"'

    def test_a_line_without_end_is_told_and_skipped(self) -> None:
        content = ours({}) + b"x" * 200_000 + b"\n" + ours({}, header=False)
        assert faults(content) == [(3, ROW)]
        assert [row.line for row in parse(content)] == [2, 3, 4]

    def test_a_lone_carriage_return_is_told(self) -> None:
        assert faults(ours({"city": "MARK"}, {}).replace(b"MARK", b"a\rb")) == [(2, ROW)]

    @given(st.sampled_from(COLUMNS), st.text(st.characters(codec="utf-8", categories=["L"]), min_size=6))
    def test_a_reason_never_quotes_the_value(self, column: str, value: str) -> None:
        for row in parse(ours({}, {column: value})):
            assert not isinstance(row, Unreadable) or value not in row.reason


LINES = st.one_of(
    st.just(ours({}, header=False)),
    st.just(ours({})),
    st.just(raw({})),
    st.binary(max_size=40),
    st.sampled_from([b'"', b"\n", b"\r", b";", b",", b"\x00", b"\xef\xbb\xbf", b"," * 23, b";" * 22 + b"\n"]),
)


class TestAnyBytes:
    @given(st.lists(LINES, max_size=8).map(b"".join))
    def test_any_bytes_give_rows_or_faults_or_the_one_typed_error(self, content: bytes) -> None:
        try:
            found = parse(content)
        except UnknownLayout:
            return
        lines = [row.line for row in found]
        assert lines == sorted(lines)
        assert all(1 <= line <= content.count(b"\n") + 1 for line in lines)

    @given(st.dictionaries(st.sampled_from(HEADER), st.text(st.characters(codec="utf-8"), max_size=12)))
    def test_any_cells_leave_the_next_row_alone(self, change: dict[str, str]) -> None:
        found = parse(ours(change, {}))
        assert isinstance(found[-1], HistoryRow)
        assert found[-1].trader == "Loja Um"


class TestCodes:
    @pytest.mark.parametrize(
        ("problem", "group", "expected"),
        [
            ("Produto falsificado", "", Nature.COUNTERFEIT),
            ("NAO ENTREGA/DEMORA", "", Nature.NON_DELIVERY),
            ("algo novo", "Vício de Qualidade", Nature.DEFECTIVE),
            ("algo novo", "algo novo", Nature.OTHER),
            ("", "", Nature.OTHER),
        ],
    )
    def test_the_problem_decides_then_its_group_then_other(self, problem: str, group: str, expected: Nature) -> None:
        assert nature(problem, group) is expected

    def test_the_subject_decides_the_category_where_it_tells(self) -> None:
        assert category("Demais Produtos", "Móveis e Colchões") is Category.HOME
        assert category("Demais Produtos", "Livros") is Category.OTHER_GOODS
        assert category("") is Category.OTHER_GOODS
