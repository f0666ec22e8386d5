"""What a network reacts to, against gradients worked out by hand and against tf.GradientTape."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cv2
import keras
import matplotlib as mpl
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from dlcv import models, visualize, zoo

MODIFIERS = ("vanilla", "guided", "rectified")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def picture(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return rng(seed).integers(0, 256, shape).astype(np.uint8)


def small(
    end: str = "softmax", *, functional: bool = False, relu_layer: bool = False, channels: int = 3
) -> keras.Model:
    """A network of two convolutions for images of 12×12; the same weights whatever its form."""
    keras.utils.set_random_seed(1)

    def conv(filters: int, name: str) -> list[layers.Layer]:
        if relu_layer:
            return [layers.Conv2D(filters, 3, name=name), layers.ReLU(name=f"{name}_relu")]
        return [layers.Conv2D(filters, 3, activation="relu", name=name)]

    units = 1 if end == "sigmoid" else 4
    tail: list[layers.Layer] = {
        "softmax": [layers.Dense(4, activation="softmax", name="out")],
        "layer": [layers.Dense(4, name="scores"), layers.Softmax(name="out")],
        "activation": [layers.Dense(4, name="scores"), layers.Activation("softmax", name="out")],
        "linear": [layers.Dense(4, name="out")],
        "sigmoid": [layers.Dense(1, activation="sigmoid", name="out")],
    }[end]
    stack = [
        layers.Rescaling(1 / 255, name="rescaling"),
        *conv(5, "first"),
        layers.MaxPooling2D(2, name="pool"),
        *conv(6, "second"),
        layers.Flatten(name="flat"),
        *tail,
    ]
    inputs = keras.Input((12, 12, channels))
    if functional:
        x = inputs
        for layer in stack:
            x = layer(x)
        model = keras.Model(inputs, x)
    else:
        model = keras.Sequential([inputs, *stack])
    random_weights = rng(5)
    shapes = [(5, channels), (6, 5)]
    weights: list[np.ndarray] = []
    for filters, before in shapes:
        weights += [random_weights.normal(0, 0.3, (3, 3, before, filters)), random_weights.normal(0, 0.1, filters)]
    weights += [random_weights.normal(0, 0.3, (3 * 3 * 6, units)), random_weights.normal(0, 0.1, units)]
    model.set_weights(weights)
    return model


def share(heat: np.ndarray) -> np.ndarray:
    return heat / heat.max()


# --- saliency -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_saliency_is_the_gradient_of_the_score(channels: int) -> None:
    model = small("linear", channels=channels)
    image = picture((12, 12, channels))
    with tf.GradientTape() as tape:
        pixels = tf.constant(image[np.newaxis], tf.float32)
        tape.watch(pixels)
        score = model(pixels)[0, 2]
    expected = share(np.abs(tape.gradient(score, pixels)[0]).max(axis=-1))
    heat = visualize.visualize_saliency(model, 2, image)
    assert (heat.shape, heat.dtype) == ((12, 12), np.float32)
    np.testing.assert_allclose(heat, expected, rtol=1e-4, atol=1e-6)


class ByHand:
    """Two pixels → two hidden units with ReLU → one score; the gradients are worked out below, without a library.

    Input (1, 2), hidden weights [[1, −1], [2, 1]] (column = unit), then [3, −2]: so at (1, 2) the units get 5 and 1,
    both open; at (3, 1) they get 5 and −2, the second closed.
    """

    hidden = np.array([[1.0, -1.0], [2.0, 1.0]])
    out = np.array([3.0, -2.0])

    def model(self, relu: str) -> keras.Model:
        inputs = keras.Input((1, 2, 1))
        x = layers.Flatten()(inputs)
        x = layers.Dense(2, activation="relu" if relu == "argument" else None, use_bias=False, name="hidden")(x)
        if relu == "layer":
            x = layers.ReLU()(x)
        elif relu == "activation":
            x = layers.Activation("relu")(x)
        model = keras.Model(inputs, layers.Dense(1, use_bias=False)(x))
        model.set_weights([self.hidden, self.out[:, np.newaxis]])
        return model

    def gradient(self, pixels: np.ndarray, modifier: str) -> np.ndarray:
        opened = pixels @ self.hidden > 0
        upstream = self.out
        if modifier == "vanilla":
            through = np.where(opened, upstream, 0)
        elif modifier == "rectified":
            through = np.maximum(upstream, 0)
        else:
            through = np.where(opened, np.maximum(upstream, 0), 0)
        return self.hidden @ through


@pytest.mark.parametrize("relu", ["argument", "layer", "activation"])
@pytest.mark.parametrize("modifier", MODIFIERS)
@pytest.mark.parametrize("pixels", [(1.0, 2.0), (3.0, 1.0), (0.2, 2.0), (2.0, -1.5)])
def test_two_pixels_by_hand(relu: str, modifier: str, pixels: tuple[float, float]) -> None:
    tiny = ByHand()
    expected = np.abs(tiny.gradient(np.array(pixels), modifier))
    if expected.any():
        expected = expected / expected.max()
    heat = visualize.visualize_saliency(tiny.model(relu), 1, np.reshape(pixels, (1, 2, 1)), modifier=modifier)
    np.testing.assert_allclose(heat, expected[np.newaxis], rtol=1e-6)


def test_the_three_slopes_differ() -> None:
    # Both open at (1, 2): vanilla 3·(1, 2) − 2·(−1, 1) = (5, 4), the others 3·(1, 2). The first closed at (2, −1.5):
    # vanilla −2·0 … nothing passes, but the deconvnet, which does not ask whether a unit was open, still says (3, 6).
    tiny = ByHand()
    model = tiny.model("layer")
    opened, closed = np.array([[[1.0], [2.0]]]), np.array([[[2.0], [-1.5]]])
    maps = {
        modifier: [visualize.visualize_saliency(model, 1, image, modifier=modifier) for image in (opened, closed)]
        for modifier in MODIFIERS
    }
    np.testing.assert_allclose(maps["vanilla"][0], [[1, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(maps["guided"][0], [[0.5, 1]], rtol=1e-6)
    np.testing.assert_allclose(maps["rectified"][0], [[0.5, 1]], rtol=1e-6)
    np.testing.assert_array_equal(maps["vanilla"][1], [[0, 0]])
    np.testing.assert_array_equal(maps["guided"][1], [[0, 0]])
    np.testing.assert_allclose(maps["rectified"][1], [[0.5, 1]], rtol=1e-6)


@pytest.mark.parametrize("modifier", ["guided", "rectified"])
def test_relu6_and_nested_models_are_modified_too(modifier: str) -> None:
    def build(relu: layers.Layer | None, *, nest: bool) -> keras.Model:
        keras.utils.set_random_seed(2)
        conv = layers.Conv2D(4, 3, activation="relu" if relu is None else None, name="conv")
        inner = [conv] if relu is None else [conv, relu]
        inner = [keras.Sequential([keras.Input((8, 8, 1)), *inner])] if nest else inner
        stack = [layers.Rescaling(1 / 255), *inner, layers.Flatten(), layers.Dense(3, activation="softmax")]
        return keras.Sequential([keras.Input((8, 8, 1)), *stack])

    image = picture((8, 8, 1))
    plain = visualize.visualize_saliency(build(None, nest=False), 1, image, modifier=modifier)
    assert not np.allclose(plain, visualize.visualize_saliency(build(None, nest=False), 1, image))
    # No response reaches 6 here, so that ReLU-6 is a ReLU.
    for model in (build(layers.ReLU(6.0), nest=False), build(None, nest=True), build(layers.ReLU(), nest=True)):
        heat = visualize.visualize_saliency(model, 1, image, modifier=modifier)
        np.testing.assert_allclose(heat, plain, rtol=1e-4, atol=1e-6)


def test_guided_relu6_is_closed_above_six() -> None:
    inputs = keras.Input((1, 2, 1))
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.ReLU(6.0)(inputs)))
    image = np.array([[[3.0], [9.0]]])
    np.testing.assert_array_equal(visualize.visualize_saliency(model, 1, image, modifier="guided"), [[1, 0]])
    np.testing.assert_array_equal(visualize.visualize_saliency(model, 1, image, modifier="rectified"), [[1, 1]])


@pytest.mark.parametrize("modifier", MODIFIERS)
def test_the_form_of_the_network_does_not_matter(modifier: str) -> None:
    image = picture((12, 12, 3))
    expected = visualize.visualize_saliency(small("linear"), 3, image, modifier=modifier)
    cam = visualize.visualize_cam(small("linear"), 3, image)
    for end in ("softmax", "layer", "activation", "linear"):
        for functional in (False, True):
            for relu_layer in (False, True):
                model = small(end, functional=functional, relu_layer=relu_layer)
                heat = visualize.visualize_saliency(model, 3, image, modifier=modifier)
                np.testing.assert_allclose(heat, expected, rtol=1e-4, atol=1e-6)
                if modifier == "vanilla":
                    np.testing.assert_allclose(visualize.visualize_cam(model, 3, image), cam, rtol=1e-4, atol=1e-6)


def test_a_sure_softmax_does_not_hide_the_slope() -> None:
    model = small("softmax")
    weights = model.get_weights()
    model.set_weights([*weights[:-2], weights[-2] * 1000, weights[-1]])  # scores so far apart that p is 0 or 1
    image = picture((12, 12, 3))
    for target in range(4):
        assert visualize.visualize_saliency(model, target, image).max() == 1


def test_no_slope_gives_zeros() -> None:
    model = small()
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    image = picture((12, 12, 3))
    for heat in (
        visualize.visualize_saliency(model, 0, image),
        visualize.visualize_saliency(model, 0, image, smooth=3),
        visualize.visualize_cam(model, 0, image),
    ):
        np.testing.assert_array_equal(heat, np.zeros((12, 12)))


def test_smoothgrad_averages_the_gradients_of_noisy_images() -> None:
    model = small("linear")
    image = picture((12, 12, 3))
    noise = 0.15 * (int(image.max()) - int(image.min()))
    samples = rng(7).standard_normal((40, 12, 12, 3))  # more than fit in one batch
    total = np.zeros((12, 12, 3))
    for sample in samples:
        pixels = tf.constant((image + noise * sample)[np.newaxis], tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            score = model(pixels)[0, 1]
        total += tape.gradient(score, pixels)[0]
    heat = visualize.visualize_saliency(model, 1, image, smooth=40, seed=7)
    np.testing.assert_allclose(heat, share(np.abs(total).max(axis=-1)), rtol=1e-3, atol=1e-5)


def test_smoothgrad_is_seeded_and_leaves_global_randomness_alone() -> None:
    model, image = small(), picture((12, 12, 3))
    np.random.seed(3)  # noqa: NPY002 - the global generator is what must stay as it is
    random.seed(3)
    before = np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    first = visualize.visualize_saliency(model, 1, image, smooth=4)
    np.testing.assert_array_equal(first, visualize.visualize_saliency(model, 1, image, smooth=4))
    assert not np.array_equal(first, visualize.visualize_saliency(model, 1, image, smooth=4, seed=1))
    visualize.visualize_activation(model, 1, steps=2)
    np.testing.assert_array_equal(before[0], np.random.get_state()[1])  # noqa: NPY002
    assert before[1] == random.getstate()


def test_the_two_classes_of_a_single_unit() -> None:
    model, image = small("sigmoid"), picture((12, 12, 3))
    yes, no = (visualize.visualize_saliency(model, target, image) for target in (1, 0))
    np.testing.assert_allclose(yes, no, rtol=1e-5)  # the slope is the same, but for its sign
    seen = [visualize.visualize_activation(model, target, steps=30) for target in (0, 1)]
    low, high = (float(model(image[np.newaxis])[0, 0]) for image in seen)
    assert low < 0.5 < high
    assert not np.allclose(visualize.visualize_cam(model, 1, image), visualize.visualize_cam(model, 0, image))


def test_a_unit_of_a_layer_inside() -> None:
    model, image = small(), picture((12, 12, 3))
    part = keras.Model(model.inputs[0], model.get_layer("second").output)
    pixels = tf.constant(image[np.newaxis], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        score = tf.reduce_mean(part(pixels)[..., 4])
    expected = share(np.abs(tape.gradient(score, pixels)[0]).max(axis=-1))
    np.testing.assert_allclose(
        visualize.visualize_saliency(model, 4, image, layer="second"), expected, rtol=1e-4, atol=1e-6
    )
    # The output layer by its name is the output.
    np.testing.assert_allclose(
        visualize.visualize_saliency(model, 1, image, layer="out"), visualize.visualize_saliency(model, 1, image)
    )


# --- Grad-CAM -------------------------------------------------------------------------------------------------------


def test_cam_by_hand() -> None:
    # One convolution of two 2×2 filters with stride 2 on a 4×4 image, then dense weights: in NumPy alone.
    kernel = np.zeros((2, 2, 1, 2))
    kernel[..., 0, 0] = [[1, 0], [0, 1]]
    kernel[..., 0, 1] = [[0, 1], [-1, 0]]
    dense = np.arange(-3.0, 5.0).reshape(8, 1) * np.array([[1.0, -0.5]])
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(2, 2, strides=2, use_bias=False, activation="relu"),
            layers.Flatten(),
            layers.Dense(2, use_bias=False, activation="softmax"),
        ]
    )
    model.set_weights([kernel, dense])
    image = rng(4).integers(0, 10, (4, 4, 1)).astype(np.float32)
    maps = np.zeros((2, 2, 2))
    for row in range(2):
        for column in range(2):
            window = image[2 * row : 2 * row + 2, 2 * column : 2 * column + 2, 0]
            for number in range(2):
                maps[row, column, number] = max(0.0, (window * kernel[..., 0, number]).sum())
    for target in range(2):
        slopes = dense[:, target].reshape(2, 2, 2)  # the score is linear in the maps
        weights = slopes.mean(axis=(0, 1))
        coarse = np.maximum(maps @ weights, 0)
        fine = cv2.resize(coarse, (4, 4), interpolation=cv2.INTER_LINEAR)
        expected = fine / fine.max() if fine.max() else fine
        np.testing.assert_allclose(visualize.visualize_cam(model, target, image), expected, rtol=1e-5, atol=1e-6)


def test_cam_against_the_tape_on_the_layer_asked_for() -> None:
    model, image = small("linear", relu_layer=True), picture((12, 12, 3))
    assert visualize.cam_layer(model) == "second_relu"
    for layer in ("first", "pool", "second", "second_relu"):
        rest = np.asarray(keras.Model(model.inputs[0], model.get_layer(layer).output)(image[np.newaxis]))
        with tf.GradientTape() as tape:
            start = tf.constant(rest)
            tape.watch(start)
            x = start
            names = [item.name for item in model.layers]
            for name in names[names.index(layer) + 1 :]:
                x = model.get_layer(name)(x)
            score = x[0, 1]
        weights = np.asarray(tape.gradient(score, start))[0].mean(axis=(0, 1))
        coarse = np.maximum(rest[0] @ weights, 0)
        expected = share(cv2.resize(coarse, (12, 12), interpolation=cv2.INTER_LINEAR))
        heat = visualize.visualize_cam(model, 1, image, layer=layer)
        np.testing.assert_allclose(heat, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(heat, visualize.visualize_cam(model, 1, image))


def test_cam_points_at_the_evidence() -> None:
    # A network that looks for brightness: the heat lies where the bright square is.
    model = keras.Sequential(
        [
            keras.Input((16, 16, 1)),
            layers.Conv2D(1, 4, strides=4, use_bias=False, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2, use_bias=False),
        ]
    )
    model.set_weights([np.ones((4, 4, 1, 1)), np.array([[1.0, -1.0]])])
    image = np.zeros((16, 16, 1))
    image[8:12, 4:8] = 255
    heat = visualize.visualize_cam(model, 0, image)
    rows, columns = np.nonzero(heat > 0.7)
    assert (rows.mean(), columns.mean()) == (9.5, 5.5)  # the middle of the square: nothing was moved by enlarging
    np.testing.assert_array_equal(visualize.visualize_cam(model, 1, image), 0)


def test_the_default_layer_of_a_network_that_forks() -> None:
    plain = models.mnist_cnn()
    assert visualize.cam_layer(plain) == visualize.convolutions(plain)[-1]
    resnet = models.cifar_resnet()
    name = visualize.cam_layer(resnet)
    assert isinstance(resnet.get_layer(name), layers.Add)
    assert [layer.name for layer in resnet.layers].index(name) == len(resnet.layers) - 3  # then pooling and Dense
    inputs = keras.Input((8, 8, 1))
    branches = [layers.Conv2D(2, size, padding="same", activation="relu")(inputs) for size in (1, 3)]
    joined = layers.Concatenate(name="joined")(branches)
    inception = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(joined)))
    assert visualize.cam_layer(inception) == "joined"


# --- maps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("functional", [False, True])
def test_feature_maps_are_those_of_the_truncated_network(functional: bool) -> None:
    model, image = small(functional=functional), picture((12, 12, 3))
    assert visualize.convolutions(model) == ["first", "second"]
    maps = visualize.feature_maps(model, image)
    assert {name: found.shape for name, found in maps.items()} == {"first": (10, 10, 5), "second": (3, 3, 6)}
    for name in ("first", "pool", "second"):
        part = keras.Model(model.inputs[0], model.get_layer(name).output)
        expected = part(image[np.newaxis].astype(np.float32))[0]
        found = visualize.feature_maps(model, image, name)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
        assert found.dtype == np.float32
        if name in maps:
            np.testing.assert_array_equal(found, maps[name])


# --- overlay --------------------------------------------------------------------------------------------------------


def test_overlay_is_a_weighted_mean() -> None:
    image, heat = picture((6, 5, 3)), rng(1).random((6, 5))
    colours = mpl.colormaps["viridis"](heat)[..., :3] * 255
    expected = np.rint(0.7 * image + 0.3 * colours)
    out = visualize.overlay(image, heat, alpha=0.3, colours="viridis")
    assert out.dtype == np.uint8
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(visualize.overlay(image, heat, alpha=0), image)
    np.testing.assert_array_equal(visualize.overlay(image, heat, alpha=1, colours="viridis"), np.rint(colours))


def test_overlay_of_a_grey_image() -> None:
    grey, heat = picture((6, 5)), rng(1).random((6, 5))
    three = np.repeat(grey[..., np.newaxis], 3, axis=-1)
    expected = visualize.overlay(three, heat)
    np.testing.assert_array_equal(visualize.overlay(grey, heat), expected)
    np.testing.assert_array_equal(visualize.overlay(grey[..., np.newaxis], heat), expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": np.zeros((6, 5, 2))}, r"\(H, W, 3\), not \(6, 5, 2\)"),
        ({"heat": np.zeros((5, 6))}, "resize one of them"),
        ({"alpha": 1.5}, "from 0 to 1, not 1.5"),
        ({"heat": np.full((6, 5), 2.0)}, "heat map holds values from 2 to 2"),
        ({"image": np.full((6, 5, 3), -1)}, "image holds values from -1"),
        ({"heat": np.full((6, 5), np.nan)}, "heat map holds values from nan"),
        ({"colours": "jett"}, "Did you mean 'jet'"),
    ],
)
def test_overlay_says_what_does_not_fit(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"image": picture((6, 5, 3)), "heat": np.zeros((6, 5))} | change
    with pytest.raises(ValueError, match=message):
        visualize.overlay(**arguments)


# --- ascent ---------------------------------------------------------------------------------------------------------


def score(model: keras.Model, image: np.ndarray, target: int) -> float:
    return float(model(image[np.newaxis])[0, target])


def test_activation_climbs_and_repeats_itself() -> None:
    model = small("linear")
    grey = np.full((12, 12, 3), 127.5, np.float32)
    for target in range(4):
        image = visualize.visualize_activation(model, target, steps=30)
        assert (image.shape, image.dtype) == ((12, 12, 3), np.float32)
        assert image.min() >= 0
        assert image.max() <= 255
        assert score(model, image, target) > score(model, grey, target) + 0.2
    np.testing.assert_array_equal(image, visualize.visualize_activation(model, 3, steps=30))
    assert not np.array_equal(image, visualize.visualize_activation(model, 3, steps=30, seed=1))


def test_one_step_of_the_ascent_by_hand() -> None:
    model, start = small("linear"), picture((12, 12, 3)).astype(np.float32)
    pixels = tf.constant(start[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        goal = model(pixels)[0, 2]
    slope = tape.gradient(goal, pixels)[0].numpy()
    x = start / 255
    rough = np.zeros_like(x)  # the slope of Σ |difference|: the sign of the difference to each neighbour
    for axis in (0, 1):
        signs = np.sign(np.diff(x, axis=axis))
        before, after = [(0, 0)] * 3, [(0, 0)] * 3
        before[axis], after[axis] = (1, 0), (0, 1)
        rough += np.pad(signs, before) - np.pad(signs, after)
    uphill = slope / np.sqrt((slope**2).mean()) - 0.3 * rough - 0.2 * 2 * x
    expected = (start + 16 * uphill).clip(0, 255)
    got = visualize.visualize_activation(model, 2, steps=1, start=start, total_variation=0.3, norm=0.2, jitter=0)
    np.testing.assert_allclose(got, expected, atol=0.01)


def test_the_scale_of_the_scores_does_not_matter() -> None:
    model, louder = small("linear"), small("linear")
    weights = louder.get_weights()
    louder.set_weights([*weights[:-2], weights[-2] * 64, weights[-1]])
    images = [visualize.visualize_activation(network, 1, steps=5) for network in (model, louder)]
    np.testing.assert_allclose(images[0], images[1], atol=0.5)


def test_the_penalties_do_what_they_are_for() -> None:
    model = small("linear")

    def roughness(image: np.ndarray) -> float:
        return float(np.abs(np.diff(image, axis=0)).mean() + np.abs(np.diff(image, axis=1)).mean())

    free = visualize.visualize_activation(model, 1, steps=40, total_variation=0, norm=0)
    smooth = visualize.visualize_activation(model, 1, steps=40, total_variation=0.4, norm=0)
    dark = visualize.visualize_activation(model, 1, steps=40, total_variation=0, norm=0.4)
    assert roughness(smooth) < 0.7 * roughness(free)
    assert dark.mean() < 0.7 * free.mean()


def test_filter_patterns_climb_each_for_itself() -> None:
    model = small()
    for layer in ("first", "second"):
        patterns = visualize.filter_patterns(model, layer, steps=15)
        filters = {"first": 5, "second": 6}[layer]
        assert patterns.shape == (filters, 12, 12, 3)
        assert patterns.min() >= 0
        assert patterns.max() <= 255
        grey = visualize.feature_maps(model, np.full((12, 12, 3), 127.5), layer).mean(axis=(0, 1))
        for number, image in enumerate(patterns):
            assert visualize.feature_maps(model, image, layer)[..., number].mean() > grey[number]
        # An image depends on its filter and the seed, not on the company it keeps.
        alone = visualize.filter_patterns(model, layer, [3], steps=15)
        np.testing.assert_allclose(alone[0], patterns[3], atol=0.5)
    np.testing.assert_array_equal(alone, visualize.filter_patterns(model, layer, [3], steps=15))
    assert not np.array_equal(alone, visualize.filter_patterns(model, layer, [3], steps=15, seed=1))


def test_a_silent_unit_finds_its_pattern() -> None:
    # Its bias is so low that a grey image leaves it silent; a ReLU alone would give no direction.
    model = small()
    weights = model.get_weights()
    weights[1] = np.full(5, -0.5)
    model.set_weights(weights)
    grey = np.full((12, 12, 3), 127.5)
    silent = np.flatnonzero(visualize.feature_maps(model, grey, "first").max(axis=(0, 1)) == 0)
    assert len(silent)
    patterns = visualize.filter_patterns(model, "first", silent, steps=30)
    units = [visualize.visualize_activation(model, k, layer="first", steps=30) for k in silent]
    assert np.ptp(patterns, axis=(1, 2, 3)).min() > 100
    found = [
        [visualize.feature_maps(model, image, "first")[..., k].max() for k, image in zip(silent, images, strict=True)]
        for images in (patterns, units)
    ]
    assert (np.max(found, axis=0) > 0).any()


def test_the_separate_relu_of_a_layer_is_found() -> None:
    joined = visualize.filter_patterns(small(), "second", [1, 4], steps=10)
    apart = visualize.filter_patterns(small(relu_layer=True, functional=True), "second", [1, 4], steps=10)
    np.testing.assert_allclose(apart, joined, atol=0.5)


@pytest.mark.parametrize(("size", "shape"), [(20, (20, 20)), ((9, 15), (9, 15))])
def test_patterns_of_another_size(size: int | tuple[int, int], shape: tuple[int, int]) -> None:
    assert visualize.filter_patterns(small(), "second", [0], steps=2, size=size).shape == (1, *shape, 3)


def test_more_filters_than_fit_in_one_batch() -> None:
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(20, 3), layers.GlobalMaxPooling2D()])
    patterns = visualize.filter_patterns(model, visualize.convolutions(model)[0], steps=3)
    last = visualize.filter_patterns(model, visualize.convolutions(model)[0], [19], steps=3)
    np.testing.assert_allclose(patterns[19], last[0], atol=0.5)


# --- the model stays as it was --------------------------------------------------------------------------------------


@pytest.mark.parametrize("functional", [False, True])
def test_the_model_is_left_alone(functional: bool) -> None:
    model, image = small(functional=functional, relu_layer=True), picture((12, 12, 3))
    model.get_layer("first").trainable = False
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(image[np.newaxis], np.array([1]), verbose=0)

    def state() -> tuple[Any, ...]:
        return (
            [weight.tobytes() for weight in model.get_weights()],
            [weight.numpy().tobytes() for weight in model.optimizer.variables],
            [layer.trainable for layer in model.layers],
            [getattr(layer, "activation", None) for layer in model.layers],
            [len(layer._inbound_nodes) for layer in model.layers],
            model.compiled,
            id(model.optimizer),
            model.to_json(),
        )

    before = state()
    for modifier in MODIFIERS:
        visualize.visualize_saliency(model, 1, image, modifier=modifier, smooth=2)
    visualize.visualize_cam(model, 1, image)
    visualize.visualize_activation(model, 1, steps=2)
    visualize.visualize_activation(model, 1, layer="second", steps=2)
    visualize.filter_patterns(model, "second", [0], steps=2, size=16)
    visualize.feature_maps(model, image)
    visualize.cam_layer(model)
    assert state() == before
    model.fit(image[np.newaxis], np.array([1]), verbose=0)  # and it still trains
    assert visualize.visualize_saliency(model, 1, image).max() == 1  # with the new weights


@pytest.mark.parametrize("name", ["mnist_cnn", "cifar10"])
def test_the_networks_that_ship(name: str) -> None:
    model = zoo.load(name)
    height, width, channels = model.input_shape[1:]
    image = picture((height, width, channels))
    for modifier in MODIFIERS:
        heat = visualize.visualize_saliency(model, 3, image, modifier=modifier)
        assert (heat.shape, heat.max()) == ((height, width), 1)
    assert visualize.visualize_cam(model, 3, image).shape == (height, width)
    assert list(visualize.feature_maps(model, image)) == visualize.convolutions(model)
    favourite = visualize.visualize_activation(model, 3, steps=40)
    grey = np.full_like(favourite, 127.5)
    assert score(model, favourite, 3) > 0.99
    assert score(model, grey, 3) < 0.9
    last = visualize.convolutions(model)[-1]
    assert visualize.filter_patterns(model, last, [0, 1], steps=3).shape == (2, height, width, channels)


def test_mixed_precision_is_copied_in_full_precision() -> None:
    image = picture((8, 8, 1))

    def build(dtype: str) -> keras.Model:
        keras.utils.set_random_seed(3)
        model = keras.Sequential(
            [
                keras.Input((8, 8, 1)),
                layers.Rescaling(1 / 255, dtype=dtype),
                layers.Conv2D(4, 3, activation="relu", dtype=dtype),
                layers.Flatten(dtype=dtype),
                layers.Dense(3, activation="softmax", dtype="float32"),
            ]
        )
        model.set_weights([rng(6).normal(0, 0.3, weight.shape) for weight in model.get_weights()])
        return model

    for modifier in MODIFIERS:
        half, full = (
            visualize.visualize_saliency(build(dtype), 1, image, modifier=modifier)
            for dtype in ("mixed_float16", "float32")
        )
        np.testing.assert_allclose(half, full, rtol=1e-5, atol=1e-6)


def test_a_grey_image_may_lack_its_channel() -> None:
    model, image = small(channels=1), picture((12, 12, 1))
    np.testing.assert_array_equal(
        visualize.visualize_saliency(model, 0, image[..., 0]), visualize.visualize_saliency(model, 0, image)
    )


def test_whole_number_inputs_and_lambda_layers() -> None:
    image = picture((12, 12, 3))

    def build(dtype: str, scale: layers.Layer) -> keras.Model:
        keras.utils.set_random_seed(4)
        stack = [scale, layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(3)]
        return keras.Sequential([keras.Input((12, 12, 3), dtype=dtype), *stack])

    expected = visualize.visualize_saliency(build("float32", layers.Rescaling(1 / 255)), 1, image)
    for dtype, scale in (("uint8", layers.Rescaling(1 / 255)), ("float32", layers.Lambda(lambda x: x / 255))):
        heat = visualize.visualize_saliency(build(dtype, scale), 1, image)
        np.testing.assert_allclose(heat, expected, rtol=1e-4, atol=1e-6)


# --- errors ---------------------------------------------------------------------------------------------------------


def two_inputs() -> keras.Model:
    a, b = keras.Input((12, 12, 3)), keras.Input((12, 12, 3))
    return keras.Model([a, b], layers.Dense(2)(layers.Flatten()(layers.Add()([a, b]))))


def two_outputs() -> keras.Model:
    a = keras.Input((12, 12, 3))
    return keras.Model(a, [layers.Flatten()(a), layers.GlobalMaxPooling2D()(a)])


def dense_only() -> keras.Model:
    return keras.Sequential([keras.Input((12, 12, 3)), layers.Flatten(), layers.Dense(4, activation="softmax")])


def nested() -> keras.Model:
    inner = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.Conv2D(2, 3, activation="relu", name="inside")], name="inner"
    )
    return keras.Sequential([keras.Input((12, 12, 3)), inner, layers.Flatten(), layers.Dense(4)])


def operation(name: str) -> keras.Model:
    inputs = keras.Input((12, 12, 3))
    return keras.Model(inputs, getattr(keras.ops, name)(layers.Dense(4)(layers.Flatten()(inputs))))


def used_twice() -> keras.Model:
    inputs = keras.Input((12, 12, 3))
    conv = layers.Conv2D(3, 3, padding="same", name="twice")
    return keras.Model(inputs, layers.Dense(4)(layers.Flatten()(conv(conv(inputs)))))


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(4)

    def call(self, inputs: Any) -> Any:
        return self.dense(layers.Flatten()(inputs))


def subclassed() -> keras.Model:
    model = Subclassed()
    model(np.zeros((1, 12, 12, 3), np.float32))
    return model


IMAGE = np.zeros((12, 12, 3), np.uint8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: visualize.visualize_saliency(small(), 4, IMAGE), r"target 4 is out of range.*0 to 3"),
        (lambda: visualize.visualize_saliency(small(), -1, IMAGE), "target -1 is out of range"),
        (lambda: visualize.visualize_saliency(small("sigmoid"), 2, IMAGE), "there are 2 classes, 0 to 1"),
        (lambda: visualize.visualize_saliency(small(), 1.5, IMAGE), "a whole number"),
        (lambda: visualize.visualize_saliency(small(), 6, IMAGE, layer="second"), "units or filters, 0 to 5"),
        (lambda: visualize.visualize_saliency(small(), 0, IMAGE[:8]), r"shape \(12, 12, 3\), not \(8, 12, 3\)"),
        (lambda: visualize.visualize_saliency(small(), 0, IMAGE[..., 0]), r"not \(12, 12\)"),
        (lambda: visualize.visualize_saliency(small(), 0, IMAGE[np.newaxis]), r"images\[0\]"),
        (lambda: visualize.visualize_saliency(small(), 0, IMAGE, modifier="guide"), "Did you mean 'guided'"),
        (lambda: visualize.visualize_saliency(small(), 0, IMAGE, smooth=-1), "0 or more, not -1"),
        (lambda: visualize.visualize_saliency(small(), 0, IMAGE, layer="sekond"), "Did you mean 'second'.*first, pool"),
        (lambda: visualize.visualize_saliency(dense_only(), 0, IMAGE, modifier="guided"), "has none: use 'vanilla'"),
        (lambda: visualize.visualize_cam(small(), 0, IMAGE, layer="flat"), "a heat map is made of maps"),
        (lambda: visualize.visualize_cam(dense_only(), 0, IMAGE), "no convolution.*visualize_saliency"),
        (lambda: visualize.visualize_cam(nested(), 0, IMAGE), "inside the nested model 'inner'"),
        (lambda: visualize.visualize_cam(nested(), 0, IMAGE, layer="inside"), "inside the nested model 'inner'"),
        (lambda: visualize.feature_maps(nested(), IMAGE), "no convolution of its own"),
        (lambda: visualize.feature_maps(small(), IMAGE, "third"), "Unknown layer 'third'.*first, pool, second"),
        (lambda: visualize.feature_maps(small(), IMAGE, "flat"), "maps have four dimensions"),
        (lambda: visualize.feature_maps(used_twice(), IMAGE), "used more than once"),
        (lambda: visualize.filter_patterns(small(), "flat"), "use visualize_activation"),
        (lambda: visualize.filter_patterns(small(), "second", [6]), "target 6 is out of range"),
        (lambda: visualize.filter_patterns(small(), "second", []), "`filters` is empty"),
        (lambda: visualize.filter_patterns(small(), "second", [0], size=3), "cannot work on images of 3×3"),
        (lambda: visualize.filter_patterns(small(), "second", [0], steps=0), "1 or more, not 0"),
        (lambda: visualize.visualize_activation(small(), 0, steps=0), "1 or more, not 0"),
        (lambda: visualize.visualize_activation(small(), 0, jitter=-1), "0 or more, not -1"),
        (lambda: visualize.visualize_activation(small(), 0, start=IMAGE[:5]), r"not \(5, 12, 3\)"),
        (lambda: visualize.visualize_saliency(two_inputs(), 0, IMAGE), "has 2 inputs"),
        (lambda: visualize.visualize_saliency(two_outputs(), 0, IMAGE), "has 2 outputs"),
        (lambda: visualize.visualize_saliency(operation("softmax"), 0, IMAGE), r"layers.Activation\('softmax'\)"),
        (lambda: visualize.visualize_saliency(operation("relu"), 0, IMAGE, modifier="guided"), "layers.Activation"),
        (lambda: visualize.visualize_saliency(subclassed(), 0, IMAGE), "a subclass of keras.Model"),
        (lambda: visualize.visualize_saliency(keras.Sequential([layers.Dense(2)]), 0, IMAGE), "no shapes yet"),
    ],
)
def test_errors_name_the_thing_and_the_cure(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_a_model_for_images_of_any_size_asks_for_one() -> None:
    model = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(4, 3, name="conv"), layers.GlobalAveragePooling2D()]
    )
    with pytest.raises(ValueError, match="give `start`"):
        visualize.visualize_activation(model, 0, steps=2)
    with pytest.raises(ValueError, match="say which with `size`"):
        visualize.filter_patterns(model, "conv", [0], steps=2)
    assert visualize.visualize_activation(model, 0, steps=2, start=IMAGE).shape == (12, 12, 3)
    assert visualize.filter_patterns(model, "conv", [0], steps=2, size=10).shape == (1, 10, 10, 3)
    assert visualize.visualize_cam(model, 0, picture((9, 14, 3))).shape == (9, 14)


def test_nothing_is_printed_and_nothing_heavy_imported() -> None:
    program = (
        "import sys, warnings; warnings.simplefilter('always'); import dlcv.visualize;"
        "heavy = {'tensorflow', 'keras', 'cv2', 'matplotlib', 'tf_keras_vis'} & set(sys.modules);"
        "assert not heavy, heavy;"
        "from dlcv.device import import_tensorflow; import_tensorflow();"
        "import numpy as np; from dlcv import models, visualize; model = models.mnist_cnn();"
        "warnings.simplefilter('error');"
        "image = np.zeros((28, 28, 1));"
        "visualize.visualize_saliency(model, 0, image); visualize.visualize_cam(model, 0, image);"
        "visualize.filter_patterns(model, 'conv2d', [0], steps=1)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
