"""The check digits, and that SQL judges exactly as Python does."""

from datetime import date

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from suwen.domains.orgs.public import (
    CHECKS_SQL,
    org_code_check,
    org_code_valid,
    resident_id_birth_date,
    resident_id_check,
    resident_id_sex,
    resident_id_valid,
    resident_id_valid_sql,
    upgrade_resident_id,
    uscc_check,
    uscc_valid,
    uscc_valid_sql,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
days = st.dates(date(1850, 1, 1), date(2099, 12, 31))


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    division = draw(st.integers(100000, 999999))
    first17 = f"{division}{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first17 + resident_id_check(first17)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[str]) -> str:
    text = draw(whole)
    place = draw(st.integers(0, len(text) - 1))
    return text[:place] + draw(st.sampled_from("0123456789Xx A２\n")) + text[place + 1 :]


legacy_ids = st.builds(
    lambda division, day, sequence: f"{division}{day:%y%m%d}{sequence:03d}",
    st.integers(100000, 999999),
    st.dates(date(1900, 1, 1), date(1999, 12, 31)),
    st.integers(0, 999),
)
anything = st.one_of(
    resident_ids(),
    damaged(resident_ids()),
    legacy_ids,
    damaged(legacy_ids),
    st.text(max_size=20),
    st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}0229[0-9]{3}[0-9X]", fullmatch=True),
    st.from_regex(r"[1-9][0-9]{5}[0-9]{2}0229[0-9]{3}", fullmatch=True),
)


class TestResidentId:
    @pytest.mark.parametrize("text", ["11010519491231002X", "11010519491231002x", "110105491231002"])
    def test_known_numbers_are_valid(self, text: str) -> None:
        assert resident_id_valid(text)

    @pytest.mark.parametrize(
        "text",
        [
            "110105194912310021",
            "11010519490229002X",
            "11010519491331002X",
            "01010519491231002X",
            "１１０１０５１９４９１２３１００２Ｘ",
            "11010519491231002X\n",
            " 1010519491231002X",
            "",
            "110105490229002",
        ],
    )
    def test_wrong_ones_are_not(self, text: str) -> None:
        assert not resident_id_valid(text)

    def test_leap_days_follow_the_gregorian_rule(self) -> None:
        for year, exists in ((1900, False), (2000, True), (2004, True), (1999, False)):
            first17 = f"110105{year}0229002"
            assert resident_id_valid(first17 + resident_id_check(first17)) is exists

    @given(resident_ids())
    def test_every_number_made_by_the_rule_is_valid(self, text: str) -> None:
        assert resident_id_valid(text)
        born = resident_id_birth_date(text)
        assert born is not None
        assert f"{born:%Y%m%d}" == text[6:14]
        assert resident_id_sex(text) == ("1" if int(text[16]) % 2 else "2")

    @given(resident_ids(), st.integers(0, 16), st.integers(1, 9))
    def test_any_single_wrong_digit_is_found(self, text: str, place: int, step: int) -> None:
        wrong = str((int(text[place]) + step) % 10)
        assert not resident_id_valid(text[:place] + wrong + text[place + 1 :])

    @given(resident_ids(), st.integers(0, 15))
    def test_any_swap_of_neighbours_is_found(self, text: str, place: int) -> None:
        swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        assert swapped == text or not resident_id_valid(swapped)

    @given(legacy_ids)
    def test_the_former_form_is_upgraded_to_the_same_person(self, text: str) -> None:
        full = upgrade_resident_id(text)
        assert full is not None
        assert len(full) == 18
        assert resident_id_valid(full)
        assert full[:6] + full[8:17] == text
        assert upgrade_resident_id(full) == full

    def test_what_is_not_valid_is_not_upgraded(self) -> None:
        assert upgrade_resident_id("110105494931002") is None
        assert resident_id_birth_date("nobody") is None

    def test_a_check_character_needs_17_digits(self) -> None:
        with pytest.raises(ValueError, match="17 digits"):
            resident_id_check("1101051949123100A")


class TestResidentIdSql:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.one_of(st.none(), anything), min_size=1, max_size=60))
    def test_judges_as_python_does(self, texts: list[str | None]) -> None:
        expected = [None if text is None else resident_id_valid(text) for text in texts]
        assert judged(resident_id_valid_sql("x").sql("duckdb"), texts) == expected

    def test_an_expression_can_be_checked(self) -> None:
        condition = resident_id_valid_sql(sqlglot.parse_one("TRIM(x)")).sql("duckdb")
        assert judged(condition, [" 11010519491231002X "]) == [True]

    def test_spark_text_uses_its_own_functions_and_keeps_the_meaning(self) -> None:
        spark = resident_id_valid_sql("x").sql("spark")
        assert "RLIKE" in spark
        assert "REGEXP_MATCHES" not in spark
        back = sqlglot.transpile(spark, read="spark", write="duckdb")[0]
        texts = ["11010519491231002X", "110105194912310021", "110105491231002", None]
        assert judged(back, texts) == [True, False, True, None]


class TestOrganisation:
    @pytest.mark.parametrize("text", ["91350100M000100Y43", "12360000491015900T"])
    def test_known_credit_codes_are_valid(self, text: str) -> None:
        assert uscc_valid(text)

    @pytest.mark.parametrize("text", ["91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", ""])
    def test_wrong_credit_codes_are_not(self, text: str) -> None:
        assert not uscc_valid(text)

    @given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(ALPHABET))
    def test_any_single_wrong_character_is_found(self, first17: str, place: int, other: str) -> None:
        code = first17 + uscc_check(first17)
        assert uscc_valid(code)
        changed = code[:place] + other + code[place + 1 :]
        assert changed == code or not uscc_valid(changed)

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.none(),
                st.text(ALPHABET, min_size=17, max_size=17).map(lambda t: t + uscc_check(t)),
                st.text(ALPHABET + "IOSVZ", min_size=17, max_size=19),
            ),
            min_size=1,
            max_size=40,
        )
    )
    def test_sql_judges_as_python_does(self, texts: list[str | None]) -> None:
        expected = [None if text is None else uscc_valid(text) for text in texts]
        assert judged(uscc_valid_sql("x").sql("duckdb"), texts) == expected

    def test_organisation_codes(self) -> None:
        assert org_code_valid("D2143569X")
        assert org_code_valid("D2143569-X")
        assert not org_code_valid("D21435691")
        assert not org_code_valid("D2143569--")

    @given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
    def test_an_organisation_code_made_by_the_rule_is_valid(self, first8: str) -> None:
        assert org_code_valid(first8 + org_code_check(first8))


class TestOtherChecks:
    @pytest.mark.parametrize(
        ("kind", "good", "bad"),
        [
            ("phone", ["13812345678", "0591-87654321", "87654321"], ["12812345678", "1381234567", "138-1234-5678"]),
            ("division", ["350102", "350102001", "350102001001"], ["35010", "050102", "3501020011"]),
        ],
    )
    def test_shapes(self, kind: str, good: list[str], bad: list[str]) -> None:
        condition = CHECKS_SQL[kind]("x").sql("duckdb")
        assert judged(condition, [*good, *bad, None]) == [*(True for _ in good), *(False for _ in bad), None]


def judged(condition: str, texts: list[str | None]) -> list[bool | None]:
    """Return what a condition over x says of each text, in order, in DuckDB."""
    with duckdb.connect() as connection:
        query = f"SELECT {condition} FROM (SELECT UNNEST(?::VARCHAR[]) AS x, generate_subscripts(?::VARCHAR[], 1) AS i)"
        rows = connection.execute(query + " ORDER BY i", [texts, texts]).fetchall()
    return [row[0] for row in rows]


@pytest.mark.spark
class TestOnSpark:
    def test_both_rules_judge_as_python_does(self) -> None:
        from pyspark.sql import SparkSession

        texts = [
            *(
                "11010519491231002X",
                "11010519491231002x",
                "110105194912310021",
                "110105200002290024",
                "110105490229002",
            ),
            *(
                "110105190002290020",
                "110105491231002",
                "91350100M000100Y43",
                "91350100M000100Y44",
                "I" * 18,
                "",
                "张三",
            ),
        ]
        # Another test of this process may go on using its session.
        running = SparkSession.getActiveSession()
        session = running or SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
        try:
            session.createDataFrame(
                [(number, t) for number, t in enumerate(texts)], "i INT, x STRING"
            ).createOrReplaceTempView("texts")
            resident, uscc = resident_id_valid_sql("x").sql("spark"), uscc_valid_sql("x").sql("spark")
            rows = session.sql(f"SELECT {resident} AS resident, {uscc} AS uscc FROM texts ORDER BY i").collect()
            missing = session.sql(f"SELECT {resident} FROM (SELECT CAST(NULL AS STRING) AS x)").collect()
        finally:
            if running is None:
                session.stop()
        assert [row["resident"] for row in rows] == [resident_id_valid(t) for t in texts]
        assert [row["uscc"] for row in rows] == [uscc_valid(t) for t in texts]
        assert missing[0][0] is None
