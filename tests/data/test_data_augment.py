"""Augmentation: what each transform does to pixels, against SciPy, OpenCV and NumPy; seeds, epochs, saving."""

from __future__ import annotations

import cv2
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy import ndimage

from dlcv.data import augment as module
from dlcv.data import pipeline
from dlcv.data.augment import FILLS, augmentation, augmented

# What the four fills are called elsewhere.
SCIPY = {"constant": "grid-constant", "nearest": "nearest", "reflect": "reflect", "wrap": "grid-wrap"}
PAD = {"constant": "constant", "nearest": "edge", "reflect": "symmetric", "wrap": "wrap"}
HEIGHT, WIDTH = 16, 21


@pytest.fixture(params=[1, 3], ids=["grey", "colour"])
def batch(request, rng) -> np.ndarray:
    return rng.integers(0, 256, (3, HEIGHT, WIDTH, request.param), np.uint8)


def force(layer: module.Augmentation, value) -> module.Augmentation:
    """Leave the only transform of a layer no choice."""
    (inner,) = layer.transforms
    match inner:
        case module.Shear():
            inner.bounds = (value, value)
        case keras.layers.RandomRotation():
            inner.factor = (value / 360, value / 360)
        case keras.layers.RandomTranslation():
            inner.height_lower = inner.height_upper = value[0]
            inner.width_lower = inner.width_upper = value[1]
        case keras.layers.RandomZoom():
            inner.height_lower = inner.height_upper = 1 / value - 1
        case keras.layers.RandomContrast():
            inner.factor = (1 - value, value - 1)
        case keras.layers.RandomBrightness():
            inner.factor = (value, value)
    return layer


def run(layer: module.Augmentation, images: np.ndarray) -> np.ndarray:
    return np.asarray(layer(images, training=True))


def draws(**amounts) -> np.ndarray:
    """Return 16 versions of an image."""
    images = np.broadcast_to(np.random.default_rng(5).integers(0, 256, (12, 12, 3), np.uint8), (16, 12, 12, 3))
    return run(augmentation(**amounts), images)


# -- pixels that move


def turn(degrees: float) -> np.ndarray:
    """From a point of the new image (x, y from its centre, y down) to one of the old; counter-clockwise."""
    a = np.deg2rad(degrees)
    return np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0]])


MOVES = {
    "rotation": (33.0, turn(33.0)),
    "shift": ((0.25, -0.15), np.array([[1, 0, 0.15 * WIDTH], [0, 1, -0.25 * HEIGHT]])),
    "shear": (20.0, np.array([[1, np.tan(np.deg2rad(20)), 0], [0, 1, 0]])),
    "zoom": (0.72, np.array([[1 / 0.72, 0, 0], [0, 1 / 0.72, 0]])),
}


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("what", MOVES)
def test_moves_pixels_as_scipy_does(what, fill, batch):
    value, matrix = MOVES[what]
    amount = 0.4 if what in ("shift", "zoom") else 40
    got = run(force(augmentation(**{what: amount}, fill=fill, fill_value=77), value), batch)
    y, x = np.mgrid[:HEIGHT, :WIDTH] * 1.0
    middle = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
    old = matrix @ np.stack([x.ravel() - middle[0], y.ravel() - middle[1], np.ones(x.size)]) + middle[:, None]
    at = old[::-1].reshape(2, HEIGHT, WIDTH)
    # Where "wrap" jumps from one side to the other TensorFlow does not mix the two pixels; SciPy does.
    sides = [(position % size) > size - 1 for position, size in zip(at, (HEIGHT, WIDTH), strict=True)]
    compared = ~(sides[0] | sides[1]) if fill == "wrap" else np.ones((HEIGHT, WIDTH), bool)
    assert compared.mean() > 0.7
    for image, expected in zip(got, batch.astype(float), strict=True):
        for channel in range(batch.shape[-1]):
            right = ndimage.map_coordinates(expected[..., channel], at, order=1, mode=SCIPY[fill], cval=77)
            np.testing.assert_allclose(image[..., channel][compared], right[compared], atol=0.02)


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize(("down", "across"), [(4, 0), (0, -7), (-3, 5)])
def test_whole_pixels_are_what_numpy_pads(fill, down, across, batch):
    layer = augmentation(shift=0.5, fill=fill)
    got = run(force(layer, (down / HEIGHT, across / WIDTH)), batch)
    wide = np.pad(batch, ((0, 0), (8, 8), (8, 8), (0, 0)), mode=PAD[fill])
    right = wide[:, 8 - down : 8 - down + HEIGHT, 8 - across : 8 - across + WIDTH]
    np.testing.assert_allclose(got, right, atol=0.01)
    if fill == "wrap":
        np.testing.assert_allclose(got, np.roll(batch, (down, across), axis=(1, 2)), atol=0.01)


@pytest.mark.parametrize("degrees", [90, -90, 180])
def test_quarter_turns_are_exact(degrees, rng):
    square = rng.integers(0, 256, (2, 8, 8, 3), np.uint8)
    got = run(force(augmentation(rotation=180), degrees), square)
    np.testing.assert_allclose(got, np.rot90(square, degrees // 90, axes=(1, 2)), atol=0.05)


def test_turns_and_zooms_about_the_centre_as_opencv_does():
    y, x = np.mgrid[:40, :60]
    smooth = np.stack([4 * x, 6 * y, 100 + x + y], axis=-1).astype(np.float32)
    for what, value, angle, size in (("rotation", 25.0, 25.0, 1.0), ("zoom", 1.3, 0.0, 1.3)):
        matrix = cv2.getRotationMatrix2D(((60 - 1) / 2, (40 - 1) / 2), angle, size)
        right = cv2.warpAffine(smooth, matrix, (60, 40), borderMode=cv2.BORDER_REPLICATE)
        layer = augmentation(**{what: 45 if what == "rotation" else 0.5}, fill="nearest")
        np.testing.assert_allclose(run(force(layer, value), smooth[None])[0], right, atol=0.6)


def test_the_middle_row_stays_in_a_shear_and_the_top_leans_right():
    line = np.zeros((1, 11, 11, 1), np.uint8)
    line[:, :, 5] = 255
    sheared = run(force(augmentation(shear=45), 45.0), line)[0, ..., 0]
    np.testing.assert_allclose(sheared, np.fliplr(np.eye(11)) * 255, atol=0.01)


@pytest.mark.parametrize("zoom", [0.3, (0.5, 1.0), (1.2, 1.5)])
def test_things_grow_and_shrink_within_the_bounds(zoom):
    lowest, highest = zoom if isinstance(zoom, tuple) else (1 - zoom, 1 + zoom)
    square = np.zeros((64, 40, 40, 1), np.uint8)
    square[:, 12:28, 12:28] = 255
    sizes = np.sqrt(run(augmentation(zoom=zoom), square).sum(axis=(1, 2, 3)) / 255) / 16
    assert lowest - 0.02 <= sizes.min() < sizes.max() <= highest + 0.02
    assert sizes.max() - sizes.min() > 0.7 * (highest - lowest)


# -- colours


def test_brightness_is_added_and_clipped(batch):
    for share in (0.3, -0.3):
        got = run(force(augmentation(brightness=0.5), share), batch)
        np.testing.assert_allclose(got, np.clip(batch + 255 * share, 0, 255), atol=1e-3)


def test_contrast_spreads_about_each_channels_mean(batch):
    for factor in (0.4, 1.5):
        got = run(force(augmentation(contrast=0.6), factor), batch)
        mean = batch.mean(axis=(1, 2), keepdims=True)
        np.testing.assert_allclose(got, np.clip((batch - mean) * factor + mean, 0, 255), atol=1e-2)


def test_contrast_falls_as_well_as_it_rises():
    ramp = np.broadcast_to(np.linspace(80, 170, 32)[None, None, :, None], (64, 4, 32, 1))
    ratio = run(augmentation(contrast=0.4), ramp).std(axis=(1, 2, 3)) / ramp[0].std()
    assert 0.59 < ratio.min() < 0.7
    assert 1.3 < ratio.max() < 1.41


def test_colours_leave_the_fill_alone(rng):
    images = rng.integers(60, 200, (8, 10, 10, 3), np.uint8)
    got = run(augmentation(brightness=0.2, contrast=0.5, zoom=(0.5, 0.5), fill_value=201), images)
    np.testing.assert_allclose(got[:, 0], 201, atol=1e-3)


# -- flips


def test_flips_only_flip(rng):
    images = rng.integers(0, 256, (64, 5, 6, 3), np.uint8)
    versions = {
        "as it is": images,
        "left and right": images[:, :, ::-1],
        "top and bottom": images[:, ::-1],
        "both": images[:, ::-1, ::-1],
    }
    for flips, expected in (
        ({"horizontal_flip": True}, {"as it is", "left and right"}),
        ({"vertical_flip": True}, {"as it is", "top and bottom"}),
        ({"horizontal_flip": True, "vertical_flip": True}, set(versions)),
    ):
        got = run(augmentation(**flips), images)
        named = [
            next(name for name, all_of_it in versions.items() if np.array_equal(all_of_it[k], image))
            for k, image in enumerate(got)
        ]
        assert set(named) == expected
        assert min(named.count(name) for name in expected) > 64 / len(expected) / 2.5


# -- draws

EVERYTHING = {
    "rotation": 30,
    "shift": 0.2,
    "shear": 10,
    "zoom": 0.3,
    "horizontal_flip": True,
    "vertical_flip": True,
    "brightness": 0.2,
    "contrast": 0.3,
    "fill": "reflect",
}


def test_every_image_of_a_batch_gets_its_own_draw():
    for name, amount in EVERYTHING.items():
        if name != "fill":
            different = len(np.unique(draws(**{name: amount}).reshape(16, -1), axis=0))
            assert different == (2 if "flip" in name else 16), name


def test_a_seed_fixes_the_pictures_whatever_the_global_seed():
    first = draws(**EVERYTHING, seed=3)
    keras.utils.set_random_seed(99)
    np.testing.assert_array_equal(first, draws(**EVERYTHING, seed=3))
    assert not np.array_equal(first, draws(**EVERYTHING, seed=4))


def test_a_further_transform_leaves_the_others_draws_alone():
    turned = draws(rotation=30)
    np.testing.assert_array_equal(
        np.unique(draws(rotation=30, horizontal_flip=True).max(axis=(1, 2, 3))).size > 0, True
    )
    together = augmentation(rotation=30, shift=0.2, contrast=0.1, horizontal_flip=True)
    rotation = together.transforms[2]
    assert isinstance(rotation, keras.layers.RandomRotation)
    images = np.broadcast_to(np.random.default_rng(5).integers(0, 256, (12, 12, 3), np.uint8), (16, 12, 12, 3))
    np.testing.assert_array_equal(rotation(images, training=True), turned)


def test_epochs_differ_and_repeat_from_the_seed(rng):
    images, labels = rng.integers(0, 256, (20, 8, 8, 3), np.uint8), np.arange(20)

    def epochs():
        stream = pipeline.batches((images, labels), 8, augment=augmentation(**EVERYTHING, seed=1))
        return [np.concatenate([held.numpy() for held, _ in stream]) for _ in range(2)]

    first, second = epochs()
    assert first.shape == (20, 8, 8, 3)
    assert first.dtype == np.float32
    assert not np.isclose(first, second).all(axis=(1, 2, 3)).any()
    for got, expected in zip(epochs(), (first, second), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_labels_stay_with_their_images():
    labels = np.random.default_rng(2).integers(0, 12, 100)
    images = np.broadcast_to((labels * 20)[:, None, None, None], (100, 6, 7, 1)).astype(np.uint8)
    moves = {name: amount for name, amount in EVERYTHING.items() if name != "brightness"}
    for _ in range(2):
        for held, said in pipeline.batches((images, labels), 16, shuffle=True, augment=augmentation(**moves)):
            expected = 20.0 * said.numpy()[:, None, None, None]
            np.testing.assert_allclose(held, np.broadcast_to(expected, held.shape), atol=1e-3)


@given(
    amounts=st.fixed_dictionaries(
        {
            "rotation": st.floats(0, 180),
            "shift": st.floats(0, 0.5) | st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)),
            "shear": st.floats(0, 45),
            "zoom": st.floats(0, 0.5) | st.tuples(st.floats(0.5, 1), st.floats(1, 3)),
            "horizontal_flip": st.booleans(),
            "vertical_flip": st.booleans(),
            "brightness": st.floats(0, 1),
            "contrast": st.floats(0, 1),
            "fill": st.sampled_from(FILLS),
            "fill_value": st.floats(0, 255),
            "seed": st.integers(0, 2**32 - 1),
        }
    ),
    shape=st.tuples(*[st.integers(1, 4), st.integers(1, 12), st.integers(1, 12), st.sampled_from([1, 3])]),
)
@hypothesis_settings(
    derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_shape_and_range_hold_for_all_amounts(amounts, shape):
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    before = images.copy()
    got = run(augmentation(**amounts), images)
    assert got.shape == shape
    assert got.dtype == np.float32
    assert got.min() >= -0.01
    assert got.max() <= 255.01
    np.testing.assert_array_equal(images, before)


# -- in models


def test_does_nothing_outside_training(batch):
    layer = augmentation(**EVERYTHING)
    for quiet in (layer(batch), layer(batch, training=False)):
        np.testing.assert_array_equal(quiet, batch.astype(np.float32))
        assert quiet.dtype == "float32"
    model = keras.Sequential([keras.Input(batch.shape[1:]), layer])
    np.testing.assert_array_equal(model(batch), batch)
    np.testing.assert_array_equal(model.predict(batch, verbose=0), batch)
    assert not np.array_equal(model(batch, training=True), batch)


def test_amounts_of_zero_add_no_layer(batch):
    layer = augmentation()
    assert layer.transforms == []
    np.testing.assert_array_equal(run(layer, batch), batch.astype(np.float32))
    names = [type(inner).__name__ for inner in augmentation(**EVERYTHING).transforms]
    assert names == [
        "RandomFlip",
        "RandomFlip",
        "RandomContrast",
        "RandomBrightness",
        "RandomRotation",
        "Shear",
        "RandomTranslation",
        "RandomZoom",
    ]


def test_trains_inside_a_model_that_is_saved_and_loaded(tmp_path, rng):
    images, labels = rng.integers(0, 256, (16, 10, 10, 3), np.uint8), np.arange(16) % 2
    layer = augmentation(**EVERYTHING)
    model = keras.Sequential(
        [keras.Input((10, 10, 3)), layer, keras.layers.Flatten(), keras.layers.Dense(1, activation="sigmoid")]
    )
    model.compile("sgd", "binary_crossentropy")
    model.fit(images, labels, batch_size=8, epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(images), model(images))
    np.testing.assert_array_equal(run(loaded.layers[0], images), run(augmentation(**EVERYTHING), images))


def test_sizes_may_change_from_call_to_call(rng):
    layer = augmentation(**EVERYTHING)
    for shape in ((2, 8, 9, 3), (5, 12, 7, 1)):
        assert run(layer, rng.integers(0, 256, shape, np.uint8)).shape == shape


def test_float32_under_mixed_precision(batch):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert run(augmentation(**EVERYTHING), batch).dtype == np.float32
    finally:
        keras.config.set_dtype_policy(before)


def test_functions_and_layers_are_applied_as_in_training(batch):
    np.testing.assert_array_equal(augmented(lambda held: held[:, ::-1], batch), batch[:, ::-1])
    assert augmented(lambda held, training: training, batch) is True
    assert not np.array_equal(augmented(augmentation(rotation=90), batch), batch)
    assert pipeline.augmentation is augmentation


# -- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rotation": -1}, "rotation is -1: it must be from 0 to 180 degrees"),
        ({"rotation": 181}, "rotation is 181"),
        ({"rotation": float("nan")}, "rotation is nan"),
        ({"shift": -0.1}, "shift is -0.1: it must be from 0 to 1 of the height"),
        ({"shift": (0.1, 1.1)}, "shift is 1.1: it must be from 0 to 1 of the width"),
        ({"shift": (0.1, 0.1, 0.1)}, "one share, or two"),
        ({"shift": 0.6, "fill": "wrap"}, "shift is 0.6: it must be from 0 to 0.5"),
        ({"shear": 46}, "shear is 46: it must be from 0 to 45 degrees"),
        ({"zoom": -0.1}, "zoom is -0.1: it must not be negative"),
        ({"zoom": 1}, "zoom is 1, which shrinks things to 0 times"),
        ({"zoom": 0.51}, "the lowest is 0.5"),
        ({"zoom": (0, 1)}, "shrinks things to 0 times"),
        ({"zoom": (1.2, 0.8)}, "the lowest and the highest size"),
        ({"brightness": 1.5}, "brightness is 1.5: it must be from 0 to 1 of 255"),
        ({"contrast": -0.5}, "contrast is -0.5"),
        ({"fill": "mirror"}, "fill is 'mirror': it is one of constant, nearest, reflect, wrap"),
        ({"fill_value": 256}, "fill_value is 256"),
    ],
)
def test_amounts_that_make_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        augmentation(**arguments)


def test_one_image_is_no_batch(batch):
    for training in (True, False):
        with pytest.raises(ValueError, match=r"\(N, H, W, C\), not \(16, 21, \d\); make a batch of one"):
            augmentation(rotation=10)(batch[0], training=training)
