"""The `DLCV_*` variables: each is read, and each mistake is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlcv import settings
from dlcv.errors import DlcvError, SettingsError


def test_nothing_set_gives_the_defaults() -> None:
    config = settings.read({})
    assert (config.profile, config.device, config.video) == ("lecture", "auto", "auto")
    assert not any((config.offline, config.sample, config.mixed_precision, config.deterministic))
    assert config.data_dir == settings.project_root() / "datasets"
    assert config.models_dir == settings.project_root() / "trained_models"


def test_the_table_of_the_module_lists_every_variable() -> None:
    listed = [line.split("`")[1] for line in settings.__doc__.splitlines() if line.startswith("| `DLCV_")]
    assert sorted(listed) == sorted(settings.VARIABLES)


@pytest.mark.parametrize("profile", settings.PROFILES)
def test_profiles_in_any_letter_case(profile: str) -> None:
    assert settings.read({"DLCV_PROFILE": profile}).profile == profile
    assert settings.read({"DLCV_PROFILE": f" {profile.upper()} "}).profile == profile


def test_an_unknown_profile_suggests_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"Unknown profile 'lectre'\. Did you mean 'lecture'\?.*DLCV_PROFILE"):
        settings.read({"DLCV_PROFILE": "lectre"})


@pytest.mark.parametrize("device", ["auto", "cpu", "gpu", "gpu:0", "gpu:12", "GPU:1"])
def test_devices(device: str) -> None:
    assert settings.read({"DLCV_DEVICE": device}).device == device.lower()


@pytest.mark.parametrize("device", ["gpuu", "gpu:", "gpu:x", "gpu 1", "tpu", "cpu:0"])
def test_what_is_no_device(device: str) -> None:
    with pytest.raises(SettingsError, match=r"Unknown device .*DLCV_DEVICE"):
        settings.read({"DLCV_DEVICE": device})


@pytest.mark.parametrize("variable", ["DLCV_OFFLINE", "DLCV_SAMPLE", "DLCV_MIXED_PRECISION", "DLCV_DETERMINISTIC"])
def test_flags(variable: str) -> None:
    field = variable.removeprefix("DLCV_").lower()
    for yes in ("1", "true", "Yes", "ON", " 1 "):
        assert getattr(settings.read({variable: yes}), field) is True
    for no in ("", "0", "false", "No", "off"):
        assert getattr(settings.read({variable: no}), field) is False
    with pytest.raises(SettingsError, match=f"{variable}='maybe' is neither yes nor no"):
        settings.read({variable: "maybe"})


def test_folders_are_absolute_and_the_home_folder_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    config = settings.read({"DLCV_DATA_DIR": "my data", "DLCV_MODELS_DIR": "~/models"})
    assert config.data_dir == tmp_path / "my data"
    assert config.models_dir == tmp_path / "models"
    assert settings.read({"DLCV_DATA_DIR": "  "}).data_dir == settings.project_root() / "datasets"


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("DLCV_PROFIL", "DLCV_PROFILE"), ("DLCV_OFLINE", "DLCV_OFFLINE"), ("DLCV_DATADIR", "DLCV_DATA_DIR")],
)
def test_a_misspelt_variable_is_an_error_that_suggests_the_right_one(misspelt: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=f"Unknown variable '{misspelt}'. Did you mean '{meant}'"):
        settings.read({misspelt: "1"})


def test_other_variables_are_left_alone() -> None:
    assert settings.read({"PATH": "/bin", "MY_DLCV_THING": "x", "dlcv_profile": "quick"}).profile == "lecture"


def test_the_environment_is_read_anew_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in settings.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    assert settings.read().profile == "lecture"
    monkeypatch.setitem(os.environ, "DLCV_PROFILE", "full")
    assert settings.read().profile == "full"


def test_a_settings_error_is_both_the_courses_and_a_value_error() -> None:
    assert issubclass(SettingsError, DlcvError)
    assert issubclass(SettingsError, ValueError)


def test_the_root_of_the_course_holds_its_notebooks() -> None:
    root = settings.project_root()
    assert (root / "notebooks").is_dir()
    assert (root / "dlcv" / "settings.py").is_file()


def test_the_root_of_a_copied_installation_is_found_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "__file__", str(tmp_path / "site-packages" / "dlcv" / "settings.py"))
    course = tmp_path / "course"
    (course / "notebooks" / "08_build_a_cnn").mkdir(parents=True)
    (course / "dlcv").mkdir()
    monkeypatch.chdir(course / "notebooks" / "08_build_a_cnn")
    assert settings.project_root() == course
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert settings.project_root() == tmp_path / "elsewhere"
