"""Every `DLCV_*` environment variable, read in one place.

| variable | values | meaning |
|---|---|---|
| `DLCV_PROFILE` | quick, lecture (default), full | how much a notebook trains |
| `DLCV_DEVICE` | auto (default), cpu, gpu, gpu:N | where TensorFlow computes |
| `DLCV_MIXED_PRECISION` | 1 | compute in float16 where the GPU has tensor cores |
| `DLCV_DETERMINISTIC` | 1 | use deterministic operations: slower, the same bits every time |
| `DLCV_DATA_DIR` | a folder | where data sets lie, default `datasets/` of the course |
| `DLCV_MODELS_DIR` | a folder | where trained models lie, default `trained_models/` of the course |
| `DLCV_OFFLINE` | 1 | never download |
| `DLCV_SAMPLE` | 1 | use the generated samples straight away |
| `DLCV_VIDEO` | auto (default), camera, camera:N, clip, a file | where frames come from |
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dlcv.errors import SettingsError, unknown

__all__ = ["PROFILES", "VARIABLES", "Settings", "check_profile", "project_root", "read"]

PROFILES = ("quick", "lecture", "full")
VARIABLES = (
    "DLCV_PROFILE",
    "DLCV_DEVICE",
    "DLCV_MIXED_PRECISION",
    "DLCV_DETERMINISTIC",
    "DLCV_DATA_DIR",
    "DLCV_MODELS_DIR",
    "DLCV_OFFLINE",
    "DLCV_SAMPLE",
    "DLCV_VIDEO",
)
_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class Settings:
    """What the environment asks for, checked.

    Attributes mirror the table at the top of this module; `data_dir` and `models_dir` are absolute paths.
    """

    profile: str
    device: str
    mixed_precision: bool
    deterministic: bool
    data_dir: Path
    models_dir: Path
    offline: bool
    sample: bool
    video: str


def project_root() -> Path:
    """Return the folder of the course: the one that holds `notebooks/` and `dlcv/`.

    It is found from this file in an editable installation, otherwise upwards from the working
    directory; without either, the working directory itself is returned.
    """
    here = Path(__file__).resolve().parent.parent
    cwd = Path.cwd()
    for folder in (here, cwd, *cwd.parents):
        if (folder / "notebooks").is_dir() and (folder / "dlcv").is_dir():
            return folder
    return cwd


def check_profile(name: str) -> str:
    """Return `name` in lower case if it is a profile, else raise `SettingsError` with the nearest one."""
    profile = name.strip().lower()
    if profile not in PROFILES:
        raise SettingsError(unknown("profile", name, PROFILES) + " Set DLCV_PROFILE or pass --profile.")
    return profile


def _check_device(name: str) -> str:
    device = name.strip().lower()
    if re.fullmatch(r"auto|cpu|gpu(:\d+)?", device):
        return device
    raise SettingsError(unknown("device", name, ("auto", "cpu", "gpu", "gpu:0")) + " Set DLCV_DEVICE.")


def _flag(env: Mapping[str, str], variable: str) -> bool:
    value = env.get(variable, "").strip().lower()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise SettingsError(f"{variable}={value!r} is neither yes nor no: set it to 1 or 0.")


def _folder(env: Mapping[str, str], variable: str, default: str) -> Path:
    value = env.get(variable, "").strip()
    return Path(value).expanduser().resolve() if value else project_root() / default


def read(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Args:
        env: the variables; `os.environ` when omitted. They are read anew at every call.

    Returns:
        The checked settings.

    Raises:
        SettingsError: a variable has a value that means nothing, or a `DLCV_` name is misspelt.

    Example:
        >>> read({"DLCV_PROFILE": "quick"}).profile
        'quick'
    """
    env = os.environ if env is None else env
    for variable in env:
        # A misspelt variable would be ignored in silence, and the student would wonder why nothing changes.
        if variable.startswith("DLCV_") and variable not in VARIABLES:
            raise SettingsError(unknown("variable", variable, VARIABLES))
    return Settings(
        profile=check_profile(env.get("DLCV_PROFILE") or "lecture"),
        device=_check_device(env.get("DLCV_DEVICE") or "auto"),
        mixed_precision=_flag(env, "DLCV_MIXED_PRECISION"),
        deterministic=_flag(env, "DLCV_DETERMINISTIC"),
        data_dir=_folder(env, "DLCV_DATA_DIR", "datasets"),
        models_dir=_folder(env, "DLCV_MODELS_DIR", "trained_models"),
        offline=_flag(env, "DLCV_OFFLINE"),
        sample=_flag(env, "DLCV_SAMPLE"),
        video=(env.get("DLCV_VIDEO") or "auto").strip(),
    )
