"""The drawings of chapters 6 and 7: the numbers on them are the ones they were given."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle

from dlcv import plotting

pytestmark = pytest.mark.usefixtures("no_window")


def texts(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


# -- network

W1 = np.array([[0.2, 0.15], [0.35, -0.5]])
W2 = np.array([[0.6, 0.5], [0.05, 0.3]])


def test_a_network_has_a_circle_a_node_and_a_line_a_weight() -> None:
    axes = plotting.network([W1, W2], title="2-2-2").axes[0]
    assert sum(isinstance(patch, Circle) for patch in axes.patches) == 6
    assert len(axes.lines) == 8
    assert axes.get_title() == "2-2-2"
    assert sorted(texts(axes)) == sorted(["0.2", "0.15", "0.35", "−0.5", "0.6", "0.5", "0.05", "0.3"])


def test_a_weights_sign_is_its_lines_colour_and_its_size_the_width() -> None:
    lines = plotting.network([W1]).axes[0].lines
    assert [to_hex(line.get_color()) == "#1f77b4" for line in lines] == [True, True, True, False]
    widths = [line.get_linewidth() for line in lines]
    assert np.argsort(widths).tolist() == np.argsort(np.abs(W1).ravel()).tolist()


def test_values_names_and_biases_are_written_at_their_nodes() -> None:
    values = [[0.4, 0.25], [0.8675, 0.885], [1.16475, -1.29925]]
    names = [["i1", "i2"], ["H1", "H2"], ["o1", "o2"]]
    axes = plotting.network([W1, W2], values=values, names=names, biases=[[0.7, 0.7], [0.6, -0.6]]).axes[0]
    written = texts(axes)
    for text in ("0.4", "0.8675", "1.16475", "−1.29925", "i1", "o2", "+ 0.6", "− 0.6"):
        assert text in written
    nodes = [patch.center for patch in axes.patches]
    place = {text.get_text(): text.get_position() for text in axes.texts}
    np.testing.assert_allclose(place["0.8675"], nodes[2], err_msg="H1 is the upper node of the second layer")
    assert place["H1"][1] < nodes[2][1] < place["0.8675"][1] + 0.5


def test_a_value_that_is_not_known_yet_is_a_question_mark() -> None:
    assert "?" in texts(plotting.network([W1], values=[[1, 2], [3, np.nan]]).axes[0])


def test_lines_take_texts_of_their_own() -> None:
    axes = plotting.network([W1], edge_labels=[[["w1", "w3"], ["w2", "w4"]]]).axes[0]
    place = {text.get_text(): text.get_position() for text in axes.texts}
    assert set(place) == {"w1", "w2", "w3", "w4"}
    assert place["w1"][1] > place["w2"][1], "w1 begins at the upper input, w2 at the lower"


def test_a_large_network_is_drawn_without_texts() -> None:
    axes = plotting.network([np.ones((6, 20)), np.ones((20, 3))], values=[range(6), range(20), range(3)]).axes[0]
    assert len(axes.lines) == 6 * 20 + 20 * 3
    assert set(texts(axes)) <= {str(k) for k in range(6)}, "only the small layers have their values"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": []}, "at least one layer"),
        ({"weights": [[1, 2]]}, r"weights\[0\] has the shape \(2,\)"),
        ({"weights": [np.ones((2, 3)), np.ones((2, 1))]}, r"weights\[1\] takes 2 inputs, .* 3 outputs"),
        ({"weights": [W1], "values": [[1, 2]]}, r"values has \[2\] entries a layer, not \[2, 2\]"),
        ({"weights": [W1], "biases": [[1, 2, 3]]}, r"biases has \[3\]"),
        ({"weights": [W1], "edge_labels": [[["a", "b"]]]}, r"edge_labels .*\(1, 2\).*\(2, 2\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotting.network(**arguments)


# -- number_grid


def test_a_grid_writes_each_number_into_its_cell() -> None:
    array = np.array([[2, 1, -1], [-1, 1, 3]])
    axes = plotting.number_grid([array]).axes[0]
    cells = {text.get_position(): text.get_text() for text in axes.texts}
    assert cells == {(c, r): str(array[r, c]).replace("-", "−") for r in range(2) for c in range(3)}


def test_arrays_stand_side_by_side_with_symbols_titles_and_frames() -> None:
    figure = plotting.number_grid(
        [np.eye(5), np.eye(3), np.full((3, 3), 0.5)],
        ["image", "kernel", "map"],
        symbols=["∗", "="],
        highlight=[[(1, 2, 3, 3)], None, [(1, 2, 1, 1)]],
        number_format=".1f",
        title="one step",
    )
    grids = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in grids] == ["image", "kernel", "map"]
    assert [text for axes in figure.axes if not axes.images for text in texts(axes)] == ["∗", "="]
    assert figure.get_suptitle() == "one step"
    assert texts(grids[2])[0] == "0.5"
    frames = [[p for p in axes.patches if isinstance(p, Rectangle)] for axes in grids]
    assert [len(f) for f in frames] == [1, 0, 1]
    assert frames[0][0].get_bbox().bounds == (1.5, 0.5, 3, 3)


def test_a_missing_value_leaves_its_cell_empty() -> None:
    axes = plotting.number_grid([[[1, np.nan], [3, 4]]]).axes[0]
    assert texts(axes) == ["1", "3", "4"]
    assert np.ma.getmaskarray(axes.images[0].get_array())[0, 1]


def test_numbers_stay_readable_on_the_darkest_cell() -> None:
    axes = plotting.number_grid([np.arange(100).reshape(10, 10)]).axes[0]
    darkest = axes.images[0].to_rgba(np.array([[99.0]]))[0, 0, :3]
    assert darkest @ [0.299, 0.587, 0.114] > 0.6


@pytest.mark.parametrize(
    ("arrays", "more", "message"),
    [
        ([], {}, "no arrays"),
        ([[1, 2]], {}, r"arrays\[0\] has the shape \(2,\)"),
        ([np.ones((40, 40))], {}, "1600 cells, more than 900"),
        ([np.eye(2)], {"titles": ["a", "b"]}, "titles has 2 entries, not 1"),
        ([np.eye(2), np.eye(2)], {"symbols": []}, "symbols has 0 entries, not 1"),
        ([np.eye(2)], {"highlight": []}, "highlight has 0 entries, not 1"),
    ],
)
def test_arrays_that_cannot_be_drawn_are_refused(arrays: list, more: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotting.number_grid(arrays, **more)


# -- decision_regions

POINTS = np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def left_or_right(places: np.ndarray) -> np.ndarray:
    return (places[:, 0] > 0.25).astype(float)


@pytest.mark.parametrize(
    "predict",
    [
        left_or_right,
        lambda places: left_or_right(places)[:, None],
        lambda places: np.column_stack([1 - left_or_right(places), left_or_right(places)]),
    ],
    ids=["(N,)", "(N, 1)", "(N, 2)"],
)
def test_regions_have_the_colours_of_their_classes_and_the_border_is_where_it_belongs(predict) -> None:
    axes = plotting.decision_regions(predict, POINTS, [0, 1, 0], class_names=["left", "right"]).axes[0]
    picture = np.asarray(axes.images[0].get_array())
    assert picture[60, 5, 2] > picture[60, 5, 0], "blue on the left"
    assert picture[60, -5, 0] > picture[60, -5, 2], "orange on the right"
    border = np.concatenate([path.vertices for path in axes.collections[0].get_paths()])
    assert np.abs(border[:, 0] - 0.25).max() < 0.03
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["left", "right"]


def test_a_classifier_that_is_never_in_doubt_about_one_class_has_no_border() -> None:
    axes = plotting.decision_regions(lambda places: np.full(len(places), 0.9), POINTS, [0, 1, 1]).axes[0]
    assert len(axes.collections) == 2, "the points of two classes, and no contour"


def test_three_classes_and_axes_of_your_own() -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    drawn = plotting.decision_regions(
        lambda places: np.abs(places[:, :1]) + np.eye(3)[np.digitize(places[:, 0], [-0.5, 0.5])],
        POINTS,
        [0, 1, 2],
        axes=axes,
        title="three",
    )
    assert drawn is figure
    assert axes.get_title() == "three"


@pytest.mark.parametrize(
    ("predict", "labels", "message"),
    [
        (left_or_right, [0, 1], r"\(N, 2\) and \(N,\)"),
        (lambda places: np.ones(3), [0, 1, 0], "predict returned the shape"),
        (lambda places: np.ones((len(places), 7)), [0, 1, 6], "7 classes are more than the 6"),
    ],
)
def test_wrong_shapes_are_named(predict, labels: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plotting.decision_regions(predict, POINTS, labels)


# -- loss_bowl


def test_the_bowl_has_each_path_on_the_surface_and_on_the_plan() -> None:
    track = np.array([[-1.0, 0.5], [-0.5, 0.2], [9.0, 9.0], [0.0, 0.0]])
    figure = plotting.loss_bowl(
        lambda x, y: x**2 + y**2, {"slow": track, "fast": track[::2]}, x_range=(-2, 2), y_range=(-1, 1), title="bowl"
    )
    bowl, plan = figure.axes
    assert [line.get_label() for line in plan.lines] == ["slow", "fast"]
    drawn = plan.lines[0].get_xydata()
    np.testing.assert_array_equal(drawn[[0, 1, 3]], track[[0, 1, 3]])
    assert np.isnan(drawn[2]).all(), "what leaves the range is not drawn"
    x, y, z = bowl.lines[0].get_data_3d()
    lifted = np.asarray(z)[[0, 1, 3]] - (np.asarray(x) ** 2 + np.asarray(y) ** 2)[[0, 1, 3]]
    assert ((lifted > 0) & (lifted < 0.1)).all(), "just above the surface"
    assert plan.get_xlim() == (-2, 2)
    assert figure.get_suptitle() == "bowl"


def test_paths_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"path 'sgd' has the shape \(3,\)"):
        plotting.loss_bowl(lambda x, y: x + y, {"sgd": [1, 2, 3]}, x_range=(0, 1), y_range=(0, 1))
    with pytest.raises(ValueError, match="7 paths"):
        plotting.loss_bowl(lambda x, y: x + y, {str(k): [[0, 0]] for k in range(7)}, x_range=(0, 1), y_range=(0, 1))


# -- as_frame


def test_a_frame_is_the_figure_as_pixels_and_the_figure_is_closed() -> None:
    import matplotlib.pyplot as plt

    figure = plotting.number_grid([[[0, 1], [1, 0]]])
    width, height = figure.get_size_inches() * figure.dpi
    frame = plotting.as_frame(figure)
    assert frame.dtype == np.uint8
    assert frame.shape == (int(height), int(width), 3)
    assert 0 < (frame < 128).all(axis=2).mean() < 0.5, "some ink on white"
    assert not plt.get_fignums()
