"""Settings come from arguments, then the environment, then the config file."""

from pathlib import Path
from typing import Any

import pytest

import sekisho
from sekisho import settings


def resolve(**given: Any) -> settings.Settings:
    unset: dict[str, Any] = dict.fromkeys(settings.NAMES)
    return settings.resolve(**(unset | given))


@pytest.fixture
def config() -> Path:
    path = settings.config_path()
    path.parent.mkdir(parents=True)
    path.write_text(
        'address = "file:1"\nidentity = "me.pem"\nca = "/etc/ca.pem"\n'
        'project = "P-0003"\ntrust = "keys"\nlanguage = "ja"\n'
    )
    return path


def test_an_argument_wins_over_the_environment_and_that_over_the_file(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = config.parent
    assert resolve() == settings.Settings(
        "file:1", str(folder / "me.pem"), "/etc/ca.pem", "P-0003", str(folder / "keys"), "ja"
    )
    monkeypatch.setenv("SEKISHO_ADDRESS", "environment:2")
    monkeypatch.setenv("SEKISHO_PROJECT", "P-0002")
    monkeypatch.setenv("SEKISHO_CA", "")
    assert (resolve().address, resolve().project) == ("environment:2", "P-0002")
    assert resolve().ca == "/etc/ca.pem"
    assert resolve(address="argument:3", identity=("a", "b")).address == "argument:3"
    assert resolve(identity=("a", "b")).identity == ("a", "b")


def test_a_key_in_the_file_is_no_path(config: Path) -> None:
    config.write_text('trust = "sekisho/a+00000000+AAAA"\n')
    assert settings.default_trust() == "sekisho/a+00000000+AAAA"


@pytest.mark.parametrize("name", ["address", "identity", "project"])
def test_what_is_missing_is_named_with_all_its_places(name: str) -> None:
    given = {"address": "a:1", "identity": "i", "project": "p"}
    del given[name]
    with pytest.raises(sekisho.ConnectionFailed) as raised:
        resolve(**given)
    assert raised.value.message == f"no `{name}` is given"
    for place in (f"`{name}=`", f"SEKISHO_{name.upper()}", "config.toml"):
        assert place in raised.value.help


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('adress = "a:1"', "`adress`, which is not a setting"),
        ("address = 1", "`address`, which is not a setting or not a string"),
        ("address", "cannot be read"),
        ("\udcff", "cannot be read"),
    ],
)
def test_a_wrong_config_file_is_refused(config: Path, text: str, message: str) -> None:
    config.write_text(text, errors="surrogateescape")
    with pytest.raises(sekisho.ConnectionFailed, match=message):
        resolve()


@pytest.mark.parametrize(
    "address", ["localhost", "localhost:", ":1", "http://localhost:1", "localhost:x", "a/b:1"]
)
def test_an_address_needs_host_and_port(address: str) -> None:
    with pytest.raises(sekisho.ConnectionFailed, match="is no address"):
        resolve(address=address, identity="i", project="p")


@pytest.mark.parametrize("language", ["日本語", "ja\nx: y"])
def test_a_language_that_cannot_be_asked_for_is_refused(language: str) -> None:
    with pytest.raises(sekisho.ConnectionFailed) as raised:
        resolve(address="a:1", identity="i", project="p", language=language)
    assert raised.value.help == "write `en` or `ja`"
