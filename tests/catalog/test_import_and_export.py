"""`catalog import` and `export` as processes, against a running shop: what is imported is sellable at once."""

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bridge.db import Database
from bridge.models import InventoryLevel, Listing, Mark
from tests.cli.running import Answer, at_a_terminal, bridge, succeed
from tests.support.selling import LOCATION, add_partner

COFFEE, BOARD, EMPTY, LAST = 44219312570580, 44219312603348, 44219312636116, 44219312668884


@pytest.fixture
def env(environment: dict[str, str], db: Database) -> dict[str, str]:
    """A migrated database with the partner Zain, and a running shop."""
    with db.transaction() as session:
        add_partner(session, "Zain")
    return environment


def write(path: Path, *rows: tuple[str, object]) -> Path:
    path.write_text("sku,shopify_variant_id\n" + "".join(f"{sku},{variant}\n" for sku, variant in rows))
    return path


def import_file(env: dict[str, str], path: Path, *options: str) -> Answer:
    return bridge("catalog", "import", "Zain", path, "--json", *options, env=env)


def listed(db: Database) -> dict[str, int]:
    with db.transaction() as session:
        rows = session.scalars(select(Listing).where(Listing.retired_at.is_(None)))
        return {row.sku: row.variant_id for row in rows}


def test_what_was_imported_is_sellable_when_the_command_returns(env, db, tmp_path):
    path = write(tmp_path / "a.csv", ("COFFEE", COFFEE), ("LAST", f"gid://shopify/ProductVariant/{LAST}"))

    report = import_file(env, path)

    assert report.code == 0, report.err
    assert report.json == {
        "partner": "Zain",
        "imported": 2,
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "retired": 0,
        "failed": 0,
        "stopped_at_line": None,
        "problems": [],
    }
    with db.transaction() as session:
        location = session.scalars(select(Mark.value).where(Mark.name == "location")).one()["id"]
        rows = session.execute(
            select(Listing.sku, Listing.title, InventoryLevel.available, InventoryLevel.location_id)
            .join(InventoryLevel, InventoryLevel.inventory_item_id == Listing.inventory_item_id)
            .order_by(Listing.sku)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("COFFEE", "Ceramic Coffee Set", 10_000, location),
        ("LAST", "Last Copper Tray", 1, location),
    ]
    shown = succeed("inventory", "show", "LAST", env=env)
    assert shown["listings"][0]["locations"][0]["sellable"] == 1


def test_bad_rows_are_reported_and_the_others_go_in(env, db, tmp_path):
    path = write(
        tmp_path / "a.csv", ("COFFEE", COFFEE), ("GONE", 999), ("", LAST), ("X", "many"), ("COFFEE", BOARD)
    )

    report = import_file(env, path)

    assert report.code == 1
    assert "line 3 (GONE): Shopify has no variant 999" in report.err
    assert report.json["imported"] == 1
    assert [(row["line"], row["sku"]) for row in report.json["problems"]] == [
        (3, "GONE"), (4, None), (5, "X"), (6, "COFFEE"),
    ]  # fmt: skip
    assert listed(db) == {"COFFEE": COFFEE}


def test_a_strict_import_writes_nothing_when_one_row_is_bad(env, db, tmp_path):
    path = write(tmp_path / "a.csv", ("COFFEE", COFFEE), ("GONE", 999))

    report = import_file(env, path, "--strict")

    assert report.code == 1
    assert report.out == ""
    assert "line 3 (GONE)" in report.err
    assert listed(db) == {}


def test_a_second_import_adds_changes_and_leaves_alone(env, db, tmp_path):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE), ("B", BOARD)))

    report = import_file(env, write(tmp_path / "b.csv", ("B", BOARD), ("A", LAST), ("C", COFFEE)))

    assert {name: report.json[name] for name in ("added", "changed", "unchanged", "retired")} == {
        "added": 1, "changed": 1, "unchanged": 1, "retired": 0,
    }  # fmt: skip
    assert listed(db) == {"A": LAST, "B": BOARD, "C": COFFEE}


def test_replace_retires_what_is_gone_and_a_later_import_brings_it_back(env, db, tmp_path):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE), ("B", BOARD)))

    replaced = import_file(env, write(tmp_path / "b.csv", ("A", COFFEE)), "--replace")
    after_replace = listed(db)
    back = import_file(env, write(tmp_path / "c.csv", ("B", BOARD)))

    assert replaced.json["retired"] == 1
    assert after_replace == {"A": COFFEE}
    assert back.json["changed"] == 1
    assert listed(db) == {"A": COFFEE, "B": BOARD}


def test_replace_keeps_a_sku_whose_row_is_bad(env, db, tmp_path):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE), ("B", BOARD), ("C", LAST)))

    report = import_file(env, write(tmp_path / "b.csv", ("A", COFFEE), ("B", "typo")), "--replace")

    assert report.code == 1
    assert report.json["retired"] == 1
    assert listed(db) == {"A": COFFEE, "B": BOARD}


@pytest.mark.parametrize("content", ['A,44219312570580\n"B,5\n', ",5\nA,44219312570580\n"])
def test_replace_retires_nothing_when_a_row_could_not_even_be_read(env, db, tmp_path, content):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE), ("B", BOARD)))
    path = tmp_path / "b.csv"
    path.write_text("sku,shopify_variant_id\n" + content)

    report = import_file(env, path, "--replace")

    assert report.code == 1
    assert "nothing was retired" in report.err
    assert listed(db) == {"A": COFFEE, "B": BOARD}


def test_replace_with_nothing_is_refused(env, db, tmp_path):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE)))

    report = import_file(env, write(tmp_path / "b.csv"), "--replace")

    assert report.code == 1
    assert listed(db) == {"A": COFFEE}


def test_two_skus_may_be_one_item_whose_stock_is_read_once(env, db, tmp_path):
    report = import_file(env, write(tmp_path / "a.csv", ("A", LAST), ("B", LAST)))

    with db.transaction() as session:
        levels = session.scalars(select(InventoryLevel)).all()
    assert report.json["imported"] == 2
    assert len(levels) == 1


def test_a_partner_that_does_not_exist_and_a_file_that_does_not_exist_are_told(env, tmp_path):
    nobody = bridge("catalog", "import", "Nobody", write(tmp_path / "a.csv"), env=env)
    no_file = bridge("catalog", "import", "Zain", tmp_path / "no.csv", env=env)
    no_catalog = bridge("catalog", "export", "Nobody", env=env)

    assert (nobody.code, no_file.code, no_catalog.code) == (1, 1, 1)
    assert "Nobody" in nobody.err
    assert "no.csv" in no_file.err


def test_a_shop_that_stumbles_is_asked_again(env, simulator, db, tmp_path):
    simulator.fault("error_500", operation="nodes", times=1)
    simulator.fault("throttle", operation="nodes", times=1)

    report = import_file(env, write(tmp_path / "a.csv", ("A", COFFEE)))

    assert report.code == 0, report.err
    assert listed(db) == {"A": COFFEE}


def test_while_the_shop_is_away_rows_are_reported_and_nothing_is_half_there(env, simulator, db, tmp_path):
    simulator.fault("refuse", operation="nodes")

    report = import_file(env, write(tmp_path / "a.csv", ("A", COFFEE)))

    assert report.code == 1
    assert "line 2 (A): Shopify could not be asked" in report.err
    assert listed(db) == {}


def test_a_changed_location_asks_for_a_sync_first(env, db, tmp_path):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE)))
    with db.transaction() as session:
        session.execute(update(Mark).where(Mark.name == "location").values(value={"id": 1}))

    report = import_file(
        {**env, "SHOPIFY_LOCATION_ID": str(LOCATION)}, write(tmp_path / "b.csv", ("B", BOARD))
    )

    assert report.code == 1
    assert "inventory sync" in report.err
    assert listed(db) == {"A": COFFEE}


def test_what_is_exported_can_be_imported(env, db, tmp_path):
    import_file(env, write(tmp_path / "a.csv", ("A", COFFEE), ('"with,comma"', BOARD)))

    exported = bridge("catalog", "export", "Zain", env=env)
    path = tmp_path / "again.csv"
    path.write_text(exported.out)
    again = import_file(env, path, "--replace")

    assert list(csv.reader(io.StringIO(exported.out))) == [
        ["sku", "shopify_variant_id"],
        ["A", str(COFFEE)],
        ["with,comma", str(BOARD)],
    ]
    assert again.json["unchanged"] == 2
    assert again.json["retired"] == 0


def test_a_person_at_a_terminal_sees_progress(env, tmp_path):
    path = write(tmp_path / "a.csv", ("A", COFFEE))

    ran = at_a_terminal("catalog", "import", "Zain", path, env=env)

    assert ran.code == 0
    assert "Importing" in ran.err
    assert "1 imported and sellable" in ran.out
