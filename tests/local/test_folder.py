"""The folder of a stack: one user at a time, remembered secrets that only their owner reads."""

import stat

import pytest

from local.folder import DataFolder, FolderInUseError


@pytest.fixture
def folder(tmp_path):
    taken = DataFolder(tmp_path / "data")
    yield taken
    taken.close()


def test_two_stacks_cannot_share_a_folder(folder):
    with pytest.raises(FolderInUseError, match=r"runs in .* already \(pid \d+\)"):
        DataFolder(folder.path)


def test_a_folder_is_free_again_after_its_stack(tmp_path):
    DataFolder(tmp_path).close()

    DataFolder(tmp_path).close()


def test_secrets_and_ports_are_the_same_in_the_next_run(tmp_path):
    first = DataFolder(tmp_path)
    pepper = first.secret("pepper")
    first.remember("port of web", "12345")
    first.close()

    second = DataFolder(tmp_path)
    assert second.secret("pepper") == pepper
    assert second.port("web") == 12345
    second.close()


def test_nobody_else_can_read_what_is_remembered(folder):
    folder.secret("pepper")

    assert stat.S_IMODE((folder.path / "stack.json").stat().st_mode) == 0o600


def test_the_log_of_the_run_before_is_kept_beside(folder):
    folder.log("web").write_text("first run")

    assert not folder.log("web").exists()
    assert (folder.path / "logs" / "web.log.1").read_text() == "first run"


def test_emptying_forgets_everything_but_the_logs(folder):
    folder.secret("pepper")
    folder.log("web").write_text("why it failed")
    (folder.path / "simulator").mkdir()

    folder.empty()

    assert folder.recall("pepper") is None
    assert sorted(path.name for path in folder.path.iterdir()) == ["lock", "logs"]


def test_a_damaged_memory_is_as_good_as_none(tmp_path):
    (tmp_path / "stack.json").write_text("{half")

    folder = DataFolder(tmp_path)
    assert folder.recall("pepper") is None
    folder.close()


def test_what_a_killed_process_left_is_gone_at_the_next_start(tmp_path):
    first = DataFolder(tmp_path)
    (first.temporary() / "pymp-of-a-killed-worker").mkdir()
    first.close()

    second = DataFolder(tmp_path)

    assert list(second.temporary().iterdir()) == []
    second.close()
