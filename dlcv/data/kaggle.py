"""Fetch data sets that lie at Kaggle, through its own package kagglehub (the extra `kaggle`).

kagglehub reads the token from `KAGGLE_API_TOKEN`, `~/.kaggle/access_token`, `KAGGLE_USERNAME` with `KAGGLE_KEY`, or
`~/.kaggle/kaggle.json`. It fetches most public sets without any, so `dlcv data get` tries; but a lesson only loads from
Kaggle by itself where there is a token: who has none has not asked for some hundred MB from there.

Reference: https://github.com/Kaggle/kagglehub
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from dlcv.data.fetch import UnreachableError
from dlcv.data.row import DatasetInfo
from dlcv.errors import DataError

__all__ = ["download", "refusal"]

_INSTALL = "python -m pip install kagglehub"
_TOKEN = (
    'Make a token at https://www.kaggle.com/settings/api ("Generate New Token") and put it into the variable '
    "KAGGLE_API_TOKEN or the file ~/.kaggle/access_token"
)


def refusal(info: DatasetInfo, *, token: bool = True) -> UnreachableError | None:
    """Tell why a data set is not to be fetched from Kaggle.

    Args:
        info: the data set; it has a handle at Kaggle.
        token: whether a token must be there, too.

    Returns:
        An error to raise, which says what to install or where to get a token; None where all is there.
    """
    if importlib.util.find_spec("kagglehub") is None:
        return UnreachableError(
            f"{info.name} lies at Kaggle ({info.kaggle}), and the package kagglehub is not installed. Type "
            f"`{_INSTALL}`; {_otherwise(info)}",
            why="kagglehub is not installed",
        )
    if token and not _has_token():
        return UnreachableError(
            f"{info.name} lies at Kaggle ({info.kaggle}), and there is no Kaggle token. {_TOKEN}; {_otherwise(info)}",
            why="no Kaggle token",
        )
    return None


def download(info: DatasetInfo) -> Path:
    """Let kagglehub fetch a data set, with a token or without.

    Args:
        info: the data set; it has a handle at Kaggle.

    Returns:
        The folder in kagglehub's cache, with all that lies under the handle.

    Raises:
        UnreachableError: kagglehub is not installed, or Kaggle does not answer.
        DataError: Kaggle answered, but refuses, or has the set no more.
    """
    if error := refusal(info, token=False):
        raise error
    import kagglehub

    try:
        return Path(kagglehub.dataset_download(info.kaggle))
    except Exception as error:  # whatever the package or what it rests on raises
        raise _explained(error, info) from error


def _otherwise(info: DatasetInfo) -> str:
    add = f"`dlcv data add {info.name} PATH`"
    bring = f"{info.by_hand} and type {add}" if info.by_hand else f"bring your own copy with {add}"
    return f"or {bring}; or set DLCV_SAMPLE=1 to go on with generated stand-ins."


def _has_token() -> bool:
    """Ask kagglehub whether it finds a token."""
    from kagglehub import config

    try:
        return config.get_kaggle_credentials() is not None
    except ValueError:  # a kaggle.json that does not parse
        return False


def _explained(error: Exception, info: DatasetInfo) -> DataError:
    """Turn what kagglehub raised into an error that says what to do."""
    import requests

    page = f"https://www.kaggle.com/datasets/{info.kaggle}"
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    if isinstance(error, (requests.ConnectionError, requests.Timeout)) and response is None:
        return UnreachableError(f"Kaggle does not answer ({type(error).__name__}). Try again later; {_otherwise(info)}")
    if status in (401, 403):
        why = f"Kaggle refuses ({status}): it wants a valid token, or your consent to the terms on {page}. {_TOKEN}"
    elif status == 404:
        why = f"Kaggle has no {info.kaggle} (404): see whether {page} has moved"
    else:
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        why = f"kagglehub could not fetch {info.kaggle} ({reason}). Try again"
    return DataError(f"{why}; {_otherwise(info)}")
