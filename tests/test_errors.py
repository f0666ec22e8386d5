"""Errors tell a person what to do next."""

from __future__ import annotations

import inspect

import pytest

from dlcv import errors
from dlcv.errors import DlcvError, unknown


def test_the_nearest_name_is_suggested() -> None:
    assert unknown("data set", "minst", ["cifar10", "mnist"]) == (
        "Unknown data set 'minst'. Did you mean 'mnist'? There are: cifar10, mnist."
    )


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert unknown("model", "zzz", ["mnist_cnn"]) == "Unknown model 'zzz'. There are: mnist_cnn."


def test_there_may_be_nothing_at_all() -> None:
    assert unknown("model", "lenet", []) == "Unknown model 'lenet'. There are none."


@pytest.mark.parametrize("name", ["MNIST_CNN", "Mnist_cnn", "mnist-cnn"])
def test_the_letter_case_of_what_was_typed_does_not_matter(name: str) -> None:
    assert "Did you mean 'mnist_cnn'?" in unknown("model", name, ["cifar10", "mnist_cnn"])


def test_the_letter_case_of_the_choices_does_not_matter_and_is_kept() -> None:
    assert "Did you mean 'DLCV_OFFLINE'?" in unknown("variable", "DLCV_OFLINE", ["DLCV_OFFLINE", "DLCV_SAMPLE"])
    assert "Did you mean 'DLCV_OFFLINE'?" in unknown("variable", "dlcv_offline", ["DLCV_OFFLINE", "DLCV_SAMPLE"])


def test_names_that_are_no_strings() -> None:
    assert unknown("split", None, ["train"]) == "Unknown split 'None'. There are: train."
    assert unknown("section", 8.2, iter(["08.2"])) == "Unknown section '8.2'. Did you mean '08.2'? There are: 08.2."


def test_every_error_of_the_course_has_one_base() -> None:
    raised = [item for name, item in vars(errors).items() if inspect.isclass(item) and name.endswith("Error")]
    assert len(raised) >= 6
    assert all(issubclass(item, DlcvError) for item in raised)
    assert sorted(item.__name__ for item in raised) == sorted(set(errors.__all__) - {"unknown"})
