"""What is drawn: the right axes, captions and limits, and the sample is named."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlcv import models, plotting

GREEN, RED = "#2a7f3f", "#c23b22"


pytestmark = pytest.mark.usefixtures("no_window")


def visible(figure) -> list:
    return [axes for axes in figure.axes if axes.images]


def title_of(figure) -> str:
    return figure.get_suptitle()


IMAGES = np.random.default_rng(0).integers(0, 256, (10, 28, 28, 1), np.uint8)


# -- image_grid


def test_a_grid_has_an_image_and_a_caption_each() -> None:
    figure = plotting.image_grid(IMAGES, range(10), columns=4, title="Digits")
    assert [axes.get_title() for axes in visible(figure)] == [str(k) for k in range(10)]
    assert len(figure.axes) == 12, "three rows of four"
    assert not any(axes.axison and (axes.get_xticks().size or axes.get_yticks().size) for axes in figure.axes)
    assert title_of(figure) == "Digits"
    for axes, image in zip(visible(figure), IMAGES, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), image[..., 0])


@pytest.mark.parametrize(("title", "source"), [("", "local"), ("", None), ("Digits", "download")])
def test_a_sample_is_named_and_real_data_is_not(title: str, source: str | None) -> None:
    assert title_of(plotting.image_grid(IMAGES, title=title, source=source)) == title
    assert "generated sample" in title_of(plotting.image_grid(IMAGES, title=title, source="sample"))
    assert title_of(plotting.image_grid(IMAGES, title="Digits", source="sample")) == "Digits (generated sample)"


@pytest.mark.parametrize(
    ("image", "top"),
    [
        (np.zeros((4, 5), np.uint8), 255),
        (np.zeros((4, 5, 1), np.int64), 255),
        (np.zeros((4, 5)), 1),
        (np.zeros((4, 5), bool), 1),
        (np.zeros((4, 5, 1), np.float32), 1),
    ],
)
def test_the_range_follows_the_type_and_not_the_picture(image: np.ndarray, top: int) -> None:
    """A dark picture must look dark: Matplotlib alone would stretch it to white."""
    drawn = visible(plotting.image_grid([image]))[0].images[0]
    assert drawn.get_clim() == (0, top)
    assert drawn.get_array().shape == (4, 5)


def test_colour_images_and_images_of_several_sizes() -> None:
    figure = plotting.image_grid([np.zeros((4, 5, 3), np.uint8), np.zeros((9, 9), np.uint8)])
    assert [axes.images[0].get_array().shape for axes in visible(figure)] == [(4, 5, 3), (9, 9)]


def test_captions_turn_green_and_red() -> None:
    figure = plotting.image_grid(IMAGES[:3], "abc", correct=[True, False, True])
    assert [to_hex(axes.title.get_color()) for axes in visible(figure)] == [GREEN, RED, GREEN]
    plain = plotting.image_grid(IMAGES[:3], "abc")
    assert {to_hex(axes.title.get_color()) for axes in visible(plain)} == {"#000000"}


def test_fewer_images_than_columns_make_a_narrow_grid() -> None:
    assert len(plotting.image_grid(IMAGES[:3], columns=8).axes) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"images": []}, "no images"),
        ({"images": IMAGES, "captions": "abc"}, "captions has 3 entries for 10 images"),
        ({"images": IMAGES, "correct": [True]}, "correct has 1 entries for 10 images"),
        ({"images": [np.zeros((4, 5, 2))]}, r"not \(4, 5, 2\)"),
        ({"images": [np.zeros(4)]}, r"not \(4,\)"),
    ],
)
def test_a_grid_of_what_does_not_fit(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotting.image_grid(**arguments)


# -- history

RECORD = {"loss": [1.0, 0.5, 0.4], "accuracy": [0.5, 0.7, 0.8], "val_loss": [0.9, 0.6, 0.5], "val_accuracy": [0, 0, 1]}


def test_a_history_has_a_panel_a_quantity_with_both_curves() -> None:
    figure = plotting.history(RECORD, title="It learns", source="sample")
    assert [axes.get_title() for axes in figure.axes] == ["loss", "accuracy"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"epoch"}
    assert title_of(figure) == "It learns (generated sample)"
    for axes in figure.axes:
        training, validation = axes.lines
        name = axes.get_title()
        assert training.get_xdata().tolist() == [1, 2, 3], "epochs count from 1"
        assert list(training.get_ydata()) == RECORD[name]
        assert list(validation.get_ydata()) == RECORD[f"val_{name}"]
        assert (training.get_linestyle(), validation.get_linestyle()) == ("-", "--")
        assert [text.get_text() for text in axes.get_legend().get_texts()] == ["training", "validation"]
        assert all(tick == int(tick) for tick in axes.get_xticks())


def test_a_history_object_without_validation_and_with_a_learning_rate() -> None:
    class Run:
        history = {"loss": [1.0], "learning_rate": [0.1]}  # noqa: RUF012

    figure = plotting.history(Run())
    assert [axes.get_title() for axes in figure.axes] == ["loss"]
    assert len(figure.axes[0].lines) == 1


@pytest.mark.parametrize("record", [{}, {"learning_rate": [0.1]}])
def test_an_empty_history_is_an_error(record: dict) -> None:
    with pytest.raises(ValueError, match="history is empty"):
        plotting.history(record)


# -- several histories


def record(*losses: float, validation: bool = True, **more: list[float]) -> dict[str, list[float]]:
    val = {"val_loss": [loss + 1 for loss in losses]} if validation else {}
    return {"loss": list(losses), **val, **more, "learning_rate": [0.1] * len(losses)}


def panels(figure) -> dict:
    return {axes.get_title(): axes for axes in figure.axes}


def legend(figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_a_name_a_run_makes_a_colour_each_and_one_legend() -> None:
    figure = plotting.history({"Adam": record(3, 2, 1), "SGD": record(4, 3)}, title="Race", source="sample")
    drawn = panels(figure)
    assert list(drawn) == ["loss, training", "loss, validation"]
    for title, above in (("loss, training", 0), ("loss, validation", 1)):
        adam, sgd = drawn[title].lines
        np.testing.assert_allclose(adam.get_ydata(), [3 + above, 2 + above, 1 + above])
        np.testing.assert_allclose(sgd.get_ydata(), [4 + above, 3 + above])
        assert adam.get_xdata().tolist() == [1, 2, 3], "epochs count from 1, and runs may differ in length"
        assert sgd.get_xdata().tolist() == [1, 2]
        assert adam.get_color() != sgd.get_color()
        assert not drawn[title].collections, "one run has no band"
    assert legend(figure) == ["Adam", "SGD"]
    assert title_of(figure) == "Race (generated sample)"


def test_a_name_with_several_runs_makes_a_mean_and_a_band() -> None:
    figure = plotting.history({"SGD": [record(4, 3), record(2, 2, 0.5)], "Adam": [record(1, 1)]})
    axes = panels(figure)["loss, training"]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [3, 2.5, 0.5], err_msg="the mean of those that got there")
    [band] = axes.collections
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices.tolist()}
    assert {(1, 2), (1, 4), (2, 2), (2, 3), (3, 0.5)} <= corners


def test_quantities_and_validation_that_only_some_runs_have() -> None:
    class Run:
        history = record(2, 1, validation=False, accuracy=[0.5, 0.6])

    figure = plotting.history({"a": Run(), "b": record(3, 2), "c": [Run(), record(4, 3)]})
    drawn = panels(figure)
    assert list(drawn) == ["loss, training", "accuracy, training", "loss, validation", "accuracy, validation"]
    assert [len(axes.lines) for axes in drawn.values()] == [3, 2, 2, 0]
    assert legend(figure) == ["a", "b", "c"]
    only_training = plotting.history({"a": record(2, 1, validation=False)})
    assert list(panels(only_training)) == ["loss, training"]


def test_a_long_race_has_a_look_for_every_runner() -> None:
    figure = plotting.history({f"optimiser {k}": record(k, k + 1) for k in range(12)})
    lines = panels(figure)["loss, training"].lines
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 12


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        ({"a": record(1), "b": []}, "'b' holds neither a run nor a list of runs"),
        ({"a": record(1), "b": [1.0, 2.0]}, "'b' holds neither"),
        ({"a": record(1), "b": {}}, "history is empty"),
        ({"a": [record(1), {"learning_rate": [0.1]}]}, "history is empty"),
    ],
)
def test_runs_without_anything_in_them(runs: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotting.history(runs)


def test_runs_without_names_are_an_error() -> None:
    with pytest.raises(TypeError, match="give each a name"):
        plotting.history([RECORD, RECORD])


# -- spread

SCORES = {"with": [0.78, 0.76, 0.77], "without": [0.74], "neither": [0.7, 0.7]}


def test_a_dot_a_figure_and_a_bar_for_the_mean() -> None:
    axes = plotting.spread(SCORES, xlabel="test accuracy of 3 seeds", title="Pets").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(SCORES)
    assert axes.yaxis_inverted(), "the first is on top"
    for values, dots, bar in zip(SCORES.values(), axes.lines[::2], axes.lines[1::2], strict=True):
        assert list(dots.get_xdata()) == values
        assert len({*dots.get_ydata()}) == len(values), "equal figures do not hide each other"
        np.testing.assert_allclose(bar.get_xdata(), np.mean(values))
    assert [text.get_text() for text in axes.texts] == ["0.77", "0.74", "0.7", "mean"]
    assert axes.get_xlabel() == "test accuracy of 3 seeds"


@pytest.mark.parametrize(("source", "drawn"), [(None, 1), ("local", 1), ("sample", 0)])
def test_the_reference_is_drawn_beside_real_data_alone(source: str | None, drawn: int) -> None:
    figure = plotting.spread(SCORES, reference=0.746, source=source)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == [0.746] * drawn
    assert bool(figure.axes[0].get_legend()) == bool(drawn)


@pytest.mark.parametrize(("scores", "message"), [({}, "no scores to draw"), ({"a": [1], "b": []}, "to draw for b")])
def test_no_scores_are_an_error(scores: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotting.spread(scores)


# -- probability_bars

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])


def test_bars_show_the_most_probable_classes_in_order() -> None:
    figure = plotting.probability_bars(IMAGES[:2], PROBABILITIES, ["cat", "dog", "frog"], top=2, labels=[0, 1])
    first, second = (axes for axes in figure.axes if axes.patches)
    assert [text.get_text() for text in first.texts] == ["cat  70%", "dog  20%"]
    assert [text.get_text() for text in second.texts] == ["frog  60%", "dog  30%"]
    assert [bar.get_width() for bar in first.patches] == [0.7, 0.2]
    assert [to_hex(bar.get_facecolor()) for bar in first.patches] == [GREEN, "#bbbbbb"]
    assert [to_hex(bar.get_facecolor()) for bar in second.patches] == [RED, GREEN]
    assert first.get_xlim() == (0, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_bars_of_an_odd_number_of_images_and_more_classes_asked_than_there_are(count: int) -> None:
    figure = plotting.probability_bars(IMAGES[:count], np.full((count, 2), 0.5), ["a", "b"], top=9, source="sample")
    assert len(visible(figure)) == count
    assert title_of(figure) == "generated sample"
    assert all(len(axes.patches) == 2 for axes in figure.axes if axes.patches)


@pytest.mark.parametrize("shape", [(1, 3), (2, 4), (2,)])
def test_bars_of_what_does_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"2 images and 3 classes need probabilities of shape \(2, 3\)"):
        plotting.probability_bars(IMAGES[:2], np.zeros(shape), ["a", "b", "c"])


# -- architecture


def test_a_box_a_layer_with_its_shape_and_count() -> None:
    model = models.mnist_cnn()
    axes = plotting.architecture(model).axes[0]
    texts = [text.get_text() for text in axes.texts]
    assert len(axes.patches) == 1 + len(model.layers)
    assert texts[:3] == ["28×28×1", "Input", "–"]
    assert texts[texts.index("26×26×32") + 1 :][:2] == ["Conv2D", "320"]
    assert "1,179,776" in texts
    assert axes.get_title() == "mnist_cnn: 1,199,882 parameters (below each layer)"
    heights = [box.get_height() for box in axes.patches]
    assert heights[0] == 1
    assert heights[2] == pytest.approx(26 / 28)


@pytest.mark.parametrize("build", [models.lenet, models.cifar_cnn, models.alexnet_slim])
def test_shapes_stay_within_their_boxes(build) -> None:
    figure = plotting.architecture(build())
    figure.canvas.draw()
    axes = figure.axes[0]
    for box, text in zip(axes.patches, axes.texts[::3], strict=True):
        outside, inside = box.get_window_extent(), text.get_window_extent()
        assert outside.x0 <= inside.x0 < inside.x1 <= outside.x1, text.get_text()
        assert outside.y0 <= inside.y0 < inside.y1 <= outside.y1, text.get_text()


def test_networks_without_images_and_with_branches() -> None:
    left, right = keras.Input((2,)), keras.Input((3,))
    joined = keras.layers.Concatenate()([left, right])
    model = keras.Model([left, right], keras.layers.Dense(1)(joined), name="two_inputs")
    axes = plotting.architecture(model, title="Two inputs").axes[0]
    assert [text.get_text() for text in axes.texts[1::3]] == ["Input", "Input", "Concatenate", "Dense"]
    assert axes.get_title() == "Two inputs"


def test_names_and_counts_stand_close_to_their_boxes() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    axes = plotting.architecture(model).axes[0]
    box = axes.patches[0]
    for _, name, count in zip(*[iter(axes.texts)] * 3, strict=True):
        assert 0 < name.get_position()[1] - box.get_height() / 2 < 0.1
        assert -0.1 < count.get_position()[1] + box.get_height() / 2 < 0


def test_a_model_without_shapes_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"no shapes yet: give it a keras\.Input"):
        plotting.architecture(keras.Sequential([keras.layers.Dense(1)]))

    class Hidden(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Hidden()
    model(np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"a subclass of keras\.Model"):
        plotting.architecture(model)
