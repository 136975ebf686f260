"""The files of ``deploy/`` and the page for operators: they name only what there is."""

import os
import re
import runpy
import shutil
import subprocess
from types import SimpleNamespace

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import reverse
from gunicorn.config import Config

from tests.addresses import patterns

BASE = settings.BASE_DIR
UNITS = BASE / "deploy" / "systemd"
SERVED = "/opt/citynet/current"
PAGE = (BASE / "docs" / "operate.md").read_text(encoding="utf-8")
TARGETS = set(
    re.findall(r"^([a-z-]+):", (BASE / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)


def sections():
    return re.findall(r"^## (.+)$", PAGE, re.MULTILINE)


def printed(section, **variables):
    """The commands of a section of the page, as ``deploy/try.sh`` runs them."""
    answer = subprocess.run(
        [BASE / "deploy" / "try.sh", "--print", section],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def parsed(name):
    return yaml.safe_load((BASE / "deploy" / name).read_text(encoding="utf-8"))


def test_units_hold_what_systemd_understands(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine.")
    for path in UNITS.rglob("*.*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(UNITS)
            copy.parent.mkdir(exist_ok=True)
            text = path.read_text(encoding="utf-8")
            # Programs have to be there; users of a server need not.
            copy.write_text(text.replace(f"{SERVED}/.venv/bin/", f"{BASE}/.venv/bin/"))
    names = [path.name for path in UNITS.iterdir() if path.is_file()]
    assert len(names) == 16

    answer = subprocess.run(
        ["systemd-analyze", "verify", *[name.replace("@.", "@clearsessions.") for name in names]],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:/usr/lib/systemd/system"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "citynet" not in answer.stderr
    assert str(tmp_path) not in answer.stderr


def test_services_and_timers_run_commands_that_there_are():
    asked = set()
    for path in UNITS.iterdir():
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            asked.update(re.findall(r"manage\.py ([a-z_]+)", text))
            asked.update(re.findall(r"citynet-run@(\w+)\.service$", text, re.MULTILINE))

    assert "send_digest" in asked
    assert asked - set(get_commands()) == set()


def test_every_timer_is_told_of_and_switched_on():
    timers = {path.stem for path in UNITS.glob("*.timer")}

    assert set(re.findall(r"^\| `(citynet-\w+)` \| \d\d:\d\d", PAGE, re.MULTILINE)) == timers
    (switched_on,) = re.findall(r"enable .*citynet-\{([\w,]+)\}\.timer", PAGE)
    assert {f"citynet-{name}" for name in switched_on.split(",")} == timers


def test_containers_are_made_of_targets_and_commands_that_there_are():
    compose = parsed("compose.yaml")
    commands = [service.get("command") or [] for service in compose["services"].values()]
    made = [command[1] for command in commands if command[:1] == ["make"]]
    managed = [command[2] for command in commands if command[1:2] == ["manage.py"]]
    image = (BASE / "deploy" / "Containerfile").read_text(encoding="utf-8")

    assert made == ["prepare"]
    assert sorted(managed) == ["send_notices", "sync_search"]
    assert set(managed) <= set(get_commands())
    assert {*made, *re.findall(r"^RUN make (.+)$", image, re.MULTILINE)} <= TARGETS


def test_containers_name_files_and_volumes_that_there_are():
    compose = parsed("compose.yaml")
    image = (BASE / "deploy" / "Containerfile").read_text(encoding="utf-8")
    mounted = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    here = {name for name in mounted if name.startswith(".")}

    assert mounted - here == set(compose["volumes"])
    # The operator brings the certificate.
    assert [name for name in here if not (BASE / "deploy" / name).exists()] == ["./tls"]
    (copied,) = re.findall(r"^COPY (.+) \./$", image, re.MULTILINE)
    assert all((BASE / name).is_file() for name in copied.split())
    build = compose["services"]["prepare"]["build"]
    assert (BASE / "deploy" / build["context"] / build["dockerfile"]).is_file()


@pytest.mark.parametrize("section", sections())
def test_commands_of_the_page_can_be_read_by_bash(section):
    answer = subprocess.run(
        ["bash", "-n"], input=printed(section), capture_output=True, text=True, check=False
    )

    assert answer.stderr == ""


def test_commands_of_the_page_name_targets_units_and_files_that_there_are():
    text = "\n".join(map(printed, sections()))
    units = {path.name for path in UNITS.iterdir()}
    stems = {name.rsplit(".", 1)[0] for name in units}

    assert set(re.findall(r"\bmake .* (\w+)$", text, re.MULTILINE)) == {"production", "prepare"}
    named = set(re.findall(r"\bcitynet-[a-z_]+(?:\.\w+)?\b", text))
    assert named - units - stems - {"citynet-pages"} == set()
    for path in re.findall(rf"{SERVED}/(deploy/[\w./]*\w)", text):
        assert (BASE / path).exists()
    assert set(re.findall(r"^citynet (\w+)", text, re.MULTILINE)) <= set(get_commands())


def test_variables_of_who_follows_the_page_win():
    asked = {"SITE": "sdg.city.example", "VERSION": "v2"}

    assert printed("Install", **asked).splitlines()[:4] == [
        "SITE=sdg.city.example",
        "ADMIN=admin@example.org",
        "REPOSITORY=https://git.example.org/urban-sdg-knowledge-platform.git",
        "VERSION=v2",
    ]


def test_worker_counts_under_the_lowest_free_number(monkeypatch, tmp_path):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.setenv("METRICS_WORKER", "")
    configuration = runpy.run_path(BASE / "deploy" / "gunicorn.conf.py")
    assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")
    (tmp_path / "metrics" / "counter_7.db").touch()

    configuration["on_starting"](None)
    workers = {}
    for pid in (10, 11, 12):
        workers[pid] = SimpleNamespace()
        master = SimpleNamespace(WORKERS={key: workers[key] for key in workers if key != pid})
        configuration["pre_fork"](master, workers[pid])
    del workers[11]
    new = SimpleNamespace()
    configuration["pre_fork"](SimpleNamespace(WORKERS=workers), new)
    configuration["post_fork"](None, new)

    assert [each.metrics_number for each in workers.values()] == [1, 3]
    assert os.environ["METRICS_WORKER"] == "2"
    assert list((tmp_path / "metrics").iterdir()) == []


def test_container_installs_nothing_at_its_start(tmp_path):
    """A fresh clone is younger than the layer of the libraries, which may come from a cache."""
    image = (BASE / "deploy" / "Containerfile").read_text(encoding="utf-8")
    after_the_code = image.partition("COPY . .\n")[2]
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(BASE / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    for stamp in (".run", ".production"):
        (tmp_path / ".venv" / stamp).touch()
        os.utime(tmp_path / ".venv" / stamp, (0, 0))

    def at_start(target):
        answer = subprocess.run(
            ["make", "--dry-run", target], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return "pip install" in answer.stdout

    assert at_start("prepare")
    for command in re.findall(r"^RUN (touch .+)$", after_the_code, re.MULTILINE):
        subprocess.run(command.split(), cwd=tmp_path, check=True)
    assert [at_start(target) for target in ("prepare", "production")] == [False, False]


NGINX = (BASE / "deploy" / "nginx" / "citynet.conf").read_text(encoding="utf-8")
SECRET = "Mw:1abcdefghij:klmnopqrstuvwxyz"
WITH_SECRET = {
    "my:invitation": {"token": SECRET.replace(":", "-")},
    "my:unsubscribe": {"token": SECRET},
    "my-alerts:stop": {"token": SECRET},
    # One that is only for whoever has its link.
    "collections:detail": {"key": SECRET[-16:]},
    "collections:export": {"key": SECRET[-16:], "form": "csv"},
    "account_confirm_email": {"key": SECRET},
    "account_reset_password_from_key": {"uidb36": "1", "key": SECRET},
}


def test_no_log_of_nginx_keeps_the_secret_of_a_link():
    rules = re.search(r"map \$uri \$citynet_logged_uri \{(.*?)\n\}", NGINX, re.DOTALL)[1]
    rules = re.findall(r'^ +~(\S+) +"(\S+)";', rules, re.MULTILINE)
    # Each address with something that only who got it by mail can know.
    secret = {
        name
        for name, pattern in patterns()
        if {"token", "key"} & set(pattern.pattern.regex.groupindex)
    }
    assert secret == set(WITH_SECRET)
    for name, arguments in WITH_SECRET.items():
        path = reverse(name, kwargs=arguments)
        logged = [kept for rule, kept in rules if re.search(rule, path)]
        assert [kept[-2:] for kept in logged] == ["/-"], name


def test_files_of_the_whole_library_leave_threads_for_pages():
    (rule,) = re.findall(r"location ~ (\S+) \{\n +limit_conn_status", NGINX)
    for path in (
        reverse("policies:export", args=["xlsx"]),
        reverse("data-dump", args=["2026-10"]),
    ):
        assert re.search(rule, path), path
    assert not re.search(rule, reverse("policies:list"))


def test_no_visitor_says_how_the_request_came():
    proxy = (BASE / "deploy" / "nginx" / "snippets" / "citynet-proxy.conf").read_text("utf-8")
    named = {name.upper() for name in re.findall(r"proxy_set_header (\S+)", proxy)}
    assert {*Config().secure_scheme_headers} <= named
