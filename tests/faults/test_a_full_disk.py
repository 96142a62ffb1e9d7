"""The database's disk is full: 503, nothing is half written, and what was refused is taken when there is room again."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bridge import migrations
from bridge.db import Database
from bridge.models import Order, Work
from local.postgres import NOT_DURABLE, Postgres
from tests.support.partner_api import cart, make_app, make_partner, opened, stock, submit
from tests.support.recovery import Record, measured
from tests.support.servers import sqlalchemy_url
from tests.support.stacks import data_folder
from tests.support.waiting import await_until

_CHUNK = 1 << 16
# Far more carts than fit into the pages that are there already.
_MOST = 300


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of this test's own that is soon full."""
    with data_folder() as folder:
        folder.mkdir(mode=0o711)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=192m,mode=711", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip("mounting a small disk takes root, and a container that may")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more fits; returns what takes the room."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(_CHUNK)):
                pass
        except OSError:
            os.fsync(file.fileno())
    assert shutil.disk_usage(disk).free < _CHUNK
    return filler


def is_back(postgres: Postgres) -> bool:
    """Tell whether the server answers; one that has ended, since its journal did not fit either, is started."""
    if not postgres.process.is_running():
        postgres.restart()
    return postgres.answers()


def test_a_full_disk_costs_503s_and_no_order(small_disk: Path, redis_url: str, record_property: Record):
    postgres = Postgres(small_disk / "postgres", log=small_disk.parent / "postgres.log", settings=NOT_DURABLE)
    postgres.start()
    try:
        url = sqlalchemy_url(postgres.url)
        migrations.upgrade(url)
        db = Database(url)
        account = make_partner(db)
        stock(db, account, {"JDTQ1834": 1_000_000})
        with opened(make_app(postgres.url, redis_url)) as app:
            client = app.test_client()
            assert submit(client, account, cart("FIRST"), "first").status_code == 200
            filler = fill(small_disk)
            answers: dict[str, int] = {}
            while 503 not in answers.values():
                name = f"FULL-{len(answers)}"
                answers[name] = submit(client, account, cart(name), name).status_code
                assert len(answers) < _MOST
            filler.unlink()
            with measured(record_property):
                await_until(lambda: is_back(postgres), seconds=60, because="the database has recovered")
                again = {name: submit(client, account, cart(name), name).status_code for name in answers}
        db.dispose()  # Its connections are of before.
        with db.transaction() as session:
            orders = session.scalar(select(func.count()).select_from(Order))
            work = session.scalar(select(func.count()).select_from(Work))
        db.dispose()
    finally:
        postgres.destroy()

    assert set(answers.values()) == {200, 503}
    assert set(again.values()) == {200}
    assert orders == work == len(answers) + 1
