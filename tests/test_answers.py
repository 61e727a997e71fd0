"""Answers at the prompts: a bad one is refused in one sentence, a table is found and copied in."""

import gzip
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

Cut = Callable[..., "subprocess.CompletedProcess[str]"]
HEADER = "size,colour,kind\n"
TABLE = HEADER + "1,red,a\n2,blue,b\n"
COLUMNS = {"size": [1, 2], "kind": ["a", "b"]}


@pytest.fixture(scope="module")
def cut(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """Run cookiecutter where a user stands, with a home and options of one's own."""
    home = tmp_path_factory.mktemp("home")
    (home / "table.csv").write_text(TABLE)

    def run(
        cwd: Path,
        *options: str,
        source: Path = template,
        prefix: tuple[str, ...] = (),
        env: dict[str, str] | None = None,
        **answers: str,
    ) -> "subprocess.CompletedProcess[str]":
        command = [*prefix, sys.executable, "-m", "cookiecutter", "--default-config", "--no-input"]
        given = [f"{key}={value}" for key, value in answers.items()]
        return subprocess.run(
            [*command, *options, str(source), *given],
            cwd=cwd,
            env=os.environ | {"HOME": str(home), "PWD": str(cwd)} | (env or {}),
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
        )

    return run


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder where the user stands, with tables good and bad; `out` beside it is for output."""
    (tmp_path / "out").mkdir()
    here = tmp_path / "here"
    here.mkdir()
    for name, content in {
        "table.csv": TABLE,
        "table.xlsx": TABLE,
        "quoted.csv": '"size, cm; in, all";"kind"\n1;a\n',
        "blank.csv": "\n1,2\n",
        "none.csv": "",
        "none.parquet": "",
        "parts.txt/note.txt": "no part",
        "holes/1.parquet": "",
        "broken.csv.gz": "not packed",
        "one-line.csv": "x" * 3_000_000,
    }.items():
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(content)
    (here / "latin1.csv").write_bytes("Größe,kind\n1,a\n".encode("latin1"))
    (here / "late.csv").write_bytes(TABLE.encode() + b"3," + "grün".encode("latin1") + b",a\n")
    (here / "excel.csv").write_bytes(TABLE.encode("utf-16"))
    (here / "cut.csv.gz").write_bytes(gzip.compress(TABLE.encode())[:-9])
    (here / "none.csv.gz").write_bytes(gzip.compress(b""))
    (here / "wide.csv").write_text(",".join(f"column_{i}" for i in range(40)) + "\n")
    os.mkfifo(here / "pipe.csv")
    return here


def sentence(done: "subprocess.CompletedProcess[str]", out: Path) -> str:
    """Return the one line by which a hook refused, having left nothing behind."""
    # Cookiecutter adds lines of its own below, which no hook can keep back.
    said = done.stderr.split("ERROR: Stopping generation")[0].splitlines()
    assert done.returncode != 0
    assert len(said) == 1, done.stderr
    assert said[0].startswith("error: ")
    assert list(out.iterdir()) == []
    return said[0]


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("class", ["'class'", "word of Python", "class-one"]),
        ("---", ["'---'", "letter"]),
        ("a--b", ["'a--b'"]),
        ("-a", ["'-a'"]),
        ("a-", ["'a-'"]),
        ("3d", ["'3d'", "beginning with a letter"]),
        ("", ["''"]),
        (".", ["'.'"]),
        ("..", ["'..'"]),
        ("../up", ["'../up'"]),
        ("a/b/c", ["'a/b/c'"]),
        ("/nowhere/absolute", ["'/nowhere/absolute'"]),
        ("a\\b", ["'a\\b'"]),
        ("Upper", ["'Upper'", "small letters"]),
        ("two words", ["'two words'"]),
        ("$(id)", ["'$(id)'"]),
        ("a;b", ["'a;b'"]),
        ("größe", ["'größe'"]),
        ("x" * 65, ["at most 64"]),
        ("x" * 5000, ["at most 64"]),
        ("two\nlines", ["project_slug", "line break"]),
    ],
)
def test_a_slug_that_can_name_no_folder_is_refused(
    slug: str, words: list[str], cut: Cut, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out"
    out.mkdir(parents=True)
    said = sentence(cut(out, project_slug=slug), out)
    for word in ("project_slug", *words):
        assert word in said
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"project_name": "", "project_slug": "a"}, ["project_name is empty", "House prices"]),
        ({"project_name": "  ", "project_slug": "a"}, ["project_name is empty"]),
        ({"description": "two\nlines"}, ["description", "line break", "one line"]),
        ({"author_name": "a\u2028b"}, ["author_name", "line break"]),
        ({"author_name": "bell\a"}, ["author_name", "control character"]),
        ({"description": "broken \udcff byte"}, ["description", "control character"]),
        ({"wandb_entity": "a team"}, ["wandb_entity 'a team'"]),
        ({"wandb_entity": 'a"b'}, ["wandb_entity 'a\"b'"]),
        ({"target": ""}, ["target is empty", "name the column"]),
        ({"target": "${oc.env:HOME}"}, ["'${oc.env:HOME}'", "rename the column"]),
        ({"target": "bill"}, ["target 'bill'", "species, island, sex, bill_length_mm"]),
        ({"target": "body_mass"}, ["did you mean 'body_mass_g'?"]),
        ({"task": "regression"}, ["'sex'", "task=classification", "body_mass_g"]),
    ],
)
def test_an_answer_that_can_not_work_is_refused(
    answers: dict[str, str], words: list[str], cut: Cut, tmp_path: Path
) -> None:
    said = sentence(cut(tmp_path, **answers), tmp_path)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere.csv", ["does not exist", "/here)", "leave it empty"]),
        ("x" * 5000, ["does not exist"]),
        ("~nobody-of-this-name/t.csv", ["does not exist"]),
        ("table.csv/t.csv", ["does not exist"]),
        ("parts.txt", ["neither a file nor a folder of .parquet files"]),
        ("pipe.csv", ["neither a file"]),
        ("table.xlsx", ["neither .csv .tsv .txt (.gz .zst) nor .parquet"]),
        ("none.csv", ["is empty", "header and rows"]),
        ("none.csv.gz", ["is empty in its first line"]),
        ("none.parquet", ["is empty"]),
        ("holes", ["is empty (1.parquet)"]),
        ("blank.csv", ["is empty in its first line"]),
        ("latin1.csv", ["not UTF-8 (byte 2)", "iconv -f latin1 -t utf-8 latin1.csv"]),
        ("late.csv", ["not UTF-8 (byte 38)"]),
        ("excel.csv", ["not UTF-8 (byte 0)", "iconv -f utf-16"]),
        ("broken.csv.gz", ["can't be unpacked", "whole gzip file"]),
        ("cut.csv.gz", ["can't be unpacked", "whole gzip file"]),
    ],
)
def test_a_table_that_can_not_be_read_is_refused(
    name: str, words: list[str], cut: Cut, here: Path
) -> None:
    out = here.parent / "out"
    done = cut(here, "-o", str(out), data_source=name, target="kind")
    said = sentence(done, out)
    for word in (f"data_source '{name}'", *words):
        assert word in said


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/t.csv", ["can't be fetched", "https://", "s3://", "ssh://"]),
        ("https://host", ["can't be fetched"]),
        ("https://host/a table.csv", ["can't be fetched"]),
        ('https://host/"t.csv', ["can't be fetched"]),
        ("https://host/${t}.csv", ["can't be fetched"]),
        ("https://host/", ["name the file"]),
        ("https://host/export?name=t.csv", ["name the file"]),
        ("https://host/t.xlsx", ["name the file"]),
        ("https://me:secret@host/t.csv", ["name or password", "git would keep"]),
        ("https://me@host/t.csv", ["name or password"]),
        ("ssh://me:secret@host/t.csv", ["name or password"]),
    ],
)
def test_an_address_that_can_not_be_fetched_is_refused(
    url: str, words: list[str], cut: Cut, tmp_path: Path
) -> None:
    said = sentence(cut(tmp_path, data_source=url, target="kind"), tmp_path)
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    "url",
    [
        "https://host/t.csv?version=2&x=1#y",
        "http://host:8080/a/T%20B.CSV.gz",
        "s3://bucket/t.parquet",
        "s3://bucket/parts.parquet/",
        "ssh://me@host:22/home/me/t.tsv",
    ],
)
def test_an_address_is_taken_as_it_is(url: str, cut: Cut, tmp_path: Path) -> None:
    done = cut(tmp_path, data_source=url, target="anything at all")
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stdout.splitlines() if "fetched" in line]
    assert said == [
        f"{url} is fetched, and its columns are read, at the first make data or make train"
    ]
    text = (tmp_path / "my-ml-project" / "conf" / "data.yaml").read_text()
    assert yaml.safe_load(text)["source"] == url


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("table.csv", "color", ["did you mean 'colour'?", "size, colour, kind"]),
        ("table.csv", "Kind", ["'Kind'", "did you mean 'kind'?"]),
        ("wide.csv", "price", ["column_0, column_1", "column_9, …"]),
        ("quoted.csv", "sort", ["size, cm; in, all, kind"]),
        ("one-line.csv", "price", ["is no column"]),
    ],
)
def test_a_target_that_the_header_lacks_is_refused(
    name: str, target: str, words: list[str], cut: Cut, here: Path
) -> None:
    out = here.parent / "out"
    said = sentence(cut(here, "-o", str(out), data_source=name, target=target), out)
    for word in (f"target '{target}' is no column", *words):
        assert word in said
    assert "column_10" not in said


@pytest.mark.parametrize("name", ["closed.csv", "closed/table.csv", "closed", "closed-part"])
def test_a_table_that_may_not_be_read_is_refused(name: str, cut: Cut, here: Path) -> None:
    # Root reads everything until it gives up the right to; every Debian and Ubuntu has setpriv.
    give_up = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    prefix = give_up if os.geteuid() == 0 else ()
    for folder in ("closed", "closed-part"):
        (here / folder).mkdir()
        pq.write_table(pa.table(COLUMNS), here / folder / "1.parquet")
    for path in ("closed.csv", "closed/table.csv"):
        (here / path).write_text(TABLE)
    for path in ("closed.csv", "closed", "closed-part/1.parquet"):
        (here / path).chmod(0)
    out = here.parent / "out"
    done = cut(here, "-o", str(out), prefix=prefix, data_source=name, target="kind")
    (here / "closed").chmod(0o700)
    assert f"data_source '{name}' can't be read: Permission denied" in sentence(done, out)


def test_a_path_that_may_mean_two_tables_is_refused(cut: Cut, here: Path) -> None:
    other = here.parent / "other"
    other.mkdir()
    (other / "table.csv").write_text(HEADER)
    done = cut(here, "-o", str(other), data_source="table.csv", target="kind")
    assert done.returncode != 0
    assert f"may be {here}/table.csv or {other}/table.csv: give it in full" in done.stderr
    assert [path.name for path in other.iterdir()] == ["table.csv"]


def test_an_older_project_of_the_same_name_is_left_alone(cut: Cut, tmp_path: Path) -> None:
    (tmp_path / "my-ml-project").mkdir()
    (tmp_path / "my-ml-project" / "mine").touch()
    assert cut(tmp_path).returncode != 0
    assert cut(tmp_path, "-f", target="nonsense").returncode != 0
    assert [path.name for path in (tmp_path / "my-ml-project").iterdir()] == ["mine"]


def made(done: "subprocess.CompletedProcess[str]", out: Path) -> Path:
    """Return the project that was rendered, which is a repository without a commit."""
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    project = out / "my-ml-project"
    assert (project / ".git" / "HEAD").read_text() == "ref: refs/heads/main\n"
    assert not any((project / ".git" / "refs" / "heads").iterdir())
    return project


def source_of(project: Path) -> Path:
    """Return the table that a project's conf/data.yaml names, which is to refuse gaps in it."""
    data = yaml.safe_load((project / "conf/data.yaml").read_text(encoding="utf-8"))
    assert data["missing_target"] == "refuse"
    source: Path = project / data["source"]
    assert source.parent == project / "data/source"
    assert list(source.parent.iterdir()) == [source]
    return source


GOOD = {
    "a.csv": TABLE.encode(),
    "a.tsv": TABLE.replace(",", "\t").encode(),
    "a.txt": TABLE.replace(",", "|").encode(),
    "semicolon.csv": b"size;colour;kind\n1,5;red;a\n",
    "quoted.csv": b'"size, in cm, or so";"kind"\n1;a\n',
    "bom.csv": b"\xef\xbb\xbfkind,size\r\na,1\r\n",
    "one column.csv": b"kind\na\n",
    "a.csv.gz": gzip.compress(TABLE.encode()),
    # No zstd in Python's library before 3.14: what is in it is told later.
    "a.csv.zst": b"\x28\xb5\x2f\xfd any",
    # Longer than what is looked at, which ends within a letter.
    "long.csv": (TABLE + "1,grü,ü\n" * 200_000).encode(),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_table_is_copied_byte_for_byte_and_named_in_the_configuration(
    name: str, cut: Cut, here: Path
) -> None:
    out = here.parent / "out"
    (here / name).write_bytes(GOOD[name])
    done = cut(here, "-o", str(out), data_source=name, target="kind")
    source = source_of(made(done, out))
    assert source.name == name.replace(" ", "_")
    assert source.read_bytes() == GOOD[name]
    assert f"copied {here / name} to data/source/{source.name}\n" in done.stdout


def test_a_parquet_file_and_a_folder_of_parts_are_copied(cut: Cut, here: Path) -> None:
    (here / "parts").mkdir()
    for file in ("table.parquet", "parts/1.parquet", "parts/2.parquet"):
        pq.write_table(pa.table(COLUMNS), here / file)
    (here / "parts" / "_SUCCESS").touch()
    for name, out in (("table.parquet", here.parent / "out"), ("parts/", here)):
        # The target of a Parquet table is not looked for here: `ingest` tells it.
        done = cut(here, "-o", str(out), data_source=name, target="any")
        source = source_of(made(done, out))
        assert source.name == name.rstrip("/")
        read = sorted(source.iterdir()) if source.is_dir() else [source]
        assert [pq.read_table(file).to_pydict() for file in read] == [COLUMNS] * len(read)
        assert [file.name for file in read][-1] in ("table.parquet", "2.parquet")


@pytest.mark.parametrize(
    ("name", "copied"),
    [
        ("a b;$(c)'d\".csv", "a_b___c__d_.csv"),
        ("größe.csv", "gr__e.csv"),
        ("UPPER.CSV", "UPPER.csv"),
        ("..csv", "..csv"),
        ("-rf.csv", "-rf.csv"),
        ("# a: b.csv", "__a__b.csv"),
    ],
)
def test_the_copy_has_a_name_that_is_safe_everywhere(
    name: str, copied: str, cut: Cut, here: Path
) -> None:
    (here / name).write_text(TABLE)
    out = here.parent / "out"
    done = cut(here, "-o", str(out), data_source=name, target="kind")
    assert source_of(made(done, out)).name == copied


def test_a_relative_path_counts_from_where_the_user_stands(cut: Cut, here: Path) -> None:
    out = here.parent / "out"
    (here / "below").mkdir()
    done = cut(here / "below", "-o", "../../out", data_source="../table.csv", target="kind")
    assert source_of(made(done, out)).read_text() == TABLE


def test_a_program_that_leaves_an_old_pwd_gets_its_own_table(cut: Cut, here: Path) -> None:
    old = here.parent / "out"
    done = cut(here, env={"PWD": str(old)}, data_source="table.csv", target="kind")
    assert source_of(made(done, here)).read_text() == TABLE


def test_a_tilde_is_the_home_of_the_user(cut: Cut, here: Path) -> None:
    done = cut(here, data_source="~/table.csv", target="kind")
    assert source_of(made(done, here)).read_text() == TABLE


def test_a_full_path_is_taken_as_it_is(cut: Cut, here: Path) -> None:
    out = here.parent / "out"
    done = cut(out, data_source=str(here / "table.csv"), target="kind")
    assert source_of(made(done, out)).read_text() == TABLE


def test_a_link_keeps_the_name_that_says_what_it_is(cut: Cut, here: Path) -> None:
    (here / "3f2a").write_text(TABLE)
    (here / "latest.csv").symlink_to("3f2a")
    source = source_of(made(cut(here, data_source="latest.csv", target="kind"), here))
    assert source.name == "latest.csv"
    assert not source.is_symlink()


def test_the_folder_where_the_user_stands_may_be_the_table(cut: Cut, here: Path) -> None:
    parts = here / "my parts"
    parts.mkdir()
    pq.write_table(pa.table(COLUMNS), parts / "1.parquet")
    out = here.parent / "out"
    done = cut(parts, "-o", str(out), data_source=".", target="kind")
    assert source_of(made(done, out)).name == "my_parts"


def test_rendering_over_a_project_leaves_no_older_part(cut: Cut, here: Path) -> None:
    (here / "parts").mkdir()
    for number in ("1", "2"):
        pq.write_table(pa.table(COLUMNS), here / "parts" / f"{number}.parquet")
        made(cut(here, "-f", data_source="parts", target="kind"), here)
        (here / "parts" / f"{number}.parquet").unlink()
    source = source_of(here / "my-ml-project")
    assert [part.name for part in source.iterdir()] == ["2.parquet"]


def test_without_a_table_the_penguins_are_the_source(cut: Cut, tmp_path: Path) -> None:
    project = made(cut(tmp_path, target="body_mass_g", task="regression"), tmp_path)
    data = yaml.safe_load((project / "conf/data.yaml").read_text())
    assert data["source"] == "data/sample/penguins.csv"
    assert data["missing_target"] == "drop"
    assert (data["target"], data["task"]) == ("body_mass_g", "regression")
    assert not (project / "data/source").exists()


def test_the_next_command_is_printed_for_where_the_user_stands(cut: Cut, here: Path) -> None:
    out = here.parent / "out of here"
    out.mkdir()
    near = cut(here, project_slug="near")
    assert near.stdout.endswith("\nnext: cd near && make train\n")
    far = cut(here, "-o", str(out), project_slug="far")
    assert far.stdout.endswith(f"\nnext: cd '{out}/far' && make train\n")


def test_without_git_the_project_is_made_and_told_to_be_no_repository(
    cut: Cut, tmp_path: Path
) -> None:
    done = cut(tmp_path, env={"PATH": str(tmp_path)})
    assert done.returncode == 0
    assert done.stderr.startswith("git init did not work")
    assert len(done.stderr.splitlines()) == 1
    assert "make train" in done.stdout


def test_a_git_hook_that_renders_gets_a_repository_of_its_own(cut: Cut, here: Path) -> None:
    other = here / "other.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(other)], check=True)
    made(cut(here, env={"GIT_DIR": str(other)}), here)


def test_a_table_that_can_not_be_copied_is_told(cut: Cut, here: Path) -> None:
    made(cut(here, project_slug="my-ml-project"), here)
    (here / "my-ml-project/data/source").write_text("no folder")
    done = cut(here, "-f", data_source="table.csv", target="kind")
    assert done.returncode != 0
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "data_source 'table.csv' can't be copied (File exists)" in said
    assert "the disk has room" in said


@pytest.mark.parametrize("line", ["source: data/sample/penguins.csv", "missing_target: drop"])
def test_a_template_that_lost_a_line_fails_and_leaves_nothing(
    line: str, template: Path, cut: Cut, here: Path
) -> None:
    source = shutil.copytree(template, here.parent / "template")
    file = source / "{{cookiecutter.project_slug}}" / "conf" / "data.yaml"
    file.write_text(file.read_text().replace(line, "lost: 1"))
    out = here.parent / "out"
    done = cut(here, "-o", str(out), source=source, data_source="table.csv", target="kind")
    assert f"conf/data.yaml of the template does not hold '{line}' once" in sentence(done, out)
