"""The input pipeline: every image once an epoch, the same order from the same seed, whatever the images lie in."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
import pytest
from data_makers import write_class_folders

from dlcv import data
from dlcv.data import catalogue

tf = pytest.importorskip("tensorflow")
pipeline = data.pipeline
CLASSES = catalogue.info("cifar10").class_names


@pytest.fixture(params=["arrays", "files", "files, cached", "plain tf.data"])
def source(request, mnist, cifar_folders):
    """(what goes into `batches`, its arguments, the arrays that should come out)."""
    dataset = data.load("mnist" if request.param == "arrays" else "cifar10", validation=0)
    stream = dataset.train
    if request.param == "plain tf.data":
        stream = stream.map(lambda image, label: (image, label))
    return stream, {"cache": request.param == "files, cached"}, dataset.arrays("train")


def gather(batches) -> tuple[np.ndarray, np.ndarray]:
    parts = [(images.numpy(), labels.numpy()) for images, labels in batches]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def test_in_order(source):
    stream, arguments, (images, labels) = source
    got = gather(pipeline.batches(stream, 16, **arguments))
    np.testing.assert_array_equal(got[0], images)
    np.testing.assert_array_equal(got[1], labels)
    assert (got[0].dtype, got[1].dtype) == (np.uint8, np.int64)


def test_shuffled_every_epoch_anew_and_the_same_from_the_same_seed(source):
    stream, arguments, (images, _) = source
    batches = pipeline.batches(stream, 16, shuffle=True, seed=7, **arguments)
    first, second = gather(batches), gather(batches)
    everything = sorted(image.tobytes() for image in images)
    assert sorted(image.tobytes() for image in first[0]) == everything
    assert sorted(image.tobytes() for image in second[0]) == everything
    assert not np.array_equal(first[0], second[0])
    assert not np.array_equal(first[0], images)
    again = pipeline.batches(stream, 16, shuffle=True, seed=7, **arguments)
    np.testing.assert_array_equal(gather(again)[0], first[0])
    np.testing.assert_array_equal(gather(again)[0], second[0])
    assert not np.array_equal(gather(pipeline.batches(stream, 16, shuffle=True, seed=8, **arguments))[0], first[0])


def test_labels_stay_with_their_images(source):
    stream, arguments, (images, labels) = source
    label_of = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    for image, label in zip(*gather(pipeline.batches(stream, 16, shuffle=True, **arguments)), strict=True):
        assert label_of[image.tobytes()] == label


def test_sizes_of_batches(source):
    stream, arguments, (images, _) = source
    sizes = [len(labels) for _, labels in pipeline.batches(stream, 50, **arguments)]
    assert sizes == [50] * (len(images) // 50) + [len(images) % 50]
    dropped = [len(labels) for _, labels in pipeline.batches(stream, 50, drop_remainder=True, **arguments)]
    assert dropped == [50] * (len(images) // 50)


def test_one_by_one(source):
    stream, _, (images, labels) = source
    got = [(image.numpy(), int(label)) for image, label in stream]
    np.testing.assert_array_equal(np.stack([image for image, _ in got]), images)
    assert [label for _, label in got] == labels.tolist()
    assert stream.element_spec[0].shape == images.shape[1:]


def test_takes_datasets_and_arrays(mnist):
    dataset = data.load("mnist")
    images, labels = dataset.arrays("train")
    np.testing.assert_array_equal(gather(pipeline.batches(dataset, 32))[0], images)
    np.testing.assert_array_equal(gather(pipeline.batches((images, labels.astype(np.uint8)), 32))[1], labels)
    assert len(pipeline.batches(dataset, 32)) == 4


def test_augment_layer_and_function(mnist):
    import keras

    dataset = data.load("mnist")
    images, _ = dataset.arrays("train")
    flipped = gather(pipeline.batches(dataset.train, 32, augment=lambda held: held[:, :, ::-1]))[0]
    np.testing.assert_array_equal(flipped, images[:, :, ::-1])
    seen = []

    def told(held, training):
        seen.append(training)
        return held

    gather(pipeline.batches(dataset.train, 32, augment=told))
    assert seen == [True]
    scaled = gather(pipeline.batches(dataset.train, 32, augment=keras.layers.Rescaling(1 / 255)))[0]
    np.testing.assert_allclose(scaled, images / 255, atol=1e-6)
    mixed = keras.Sequential([keras.layers.RandomFlip("horizontal", seed=1)])
    got = gather(pipeline.batches(dataset.train, 32, augment=mixed))[0]
    as_it_is = np.array([np.array_equal(a, b) for a, b in zip(got, images, strict=True)])
    turned = np.array([np.array_equal(a, b[:, ::-1]) for a, b in zip(got, images, strict=True)])
    assert (as_it_is ^ turned).all()
    assert as_it_is.any()
    assert turned.any()


def test_an_undecodable_file_leaves_no_gap(data_dir, capsys):
    write_class_folders(data_dir / "cifar10", CLASSES, count=12)
    (data_dir / "cifar10" / "train" / "dog" / "0001.jpg").write_bytes(b"\xff\xd8 no image")
    dataset = data.load("cifar10", validation=0)
    for shuffle in (False, True):
        sizes = [len(labels) for _, labels in pipeline.batches(dataset.train, 50, shuffle=shuffle)]
        assert sizes == [50, 50, 19]
    assert capsys.readouterr().out.count("skipped cifar10/train/dog/0001.jpg") == 1


def test_too_many_undecodable_files_stop_the_training_with_the_name(cifar_folders):
    for name in ("0001", "0002"):
        (cifar_folders / "train" / "dog" / f"{name}.jpg").write_bytes(b"")
    with pytest.raises(tf.errors.OpError, match=r"more than 1 % \(cifar10/train/dog/000"):
        gather(pipeline.batches(data.load("cifar10", validation=0).train, 16))


def test_files_are_decoded_batch_by_batch(cifar_folders, monkeypatch):
    """Nothing holds on to what was decoded: a second epoch decodes again; with `cache`, it does not."""
    from dlcv.data import splits

    calls = []
    plain = splits.decode
    monkeypatch.setattr(splits, "decode", lambda *args: calls.append(1) or plain(*args))
    dataset = data.load("cifar10", validation=0)
    streamed = pipeline.batches(dataset.train, 16)
    for _ in range(2):
        gather(streamed)
    assert len(calls) == 120
    cached = pipeline.batches(dataset.train, 16, cache=True)
    for _ in range(2):
        gather(cached)
    assert len(calls) == 180


def test_batch_size_must_be_positive(mnist):
    with pytest.raises(ValueError, match="batch_size is 0"):
        pipeline.batches(data.load("mnist").train, 0)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_trains_without_a_warning(name, mnist, cifar_folders):
    import keras

    dataset = data.load(name)
    model = keras.Sequential([keras.Input(dataset.image_shape), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        importlib.reload(pipeline)  # it sets filters
        history = model.fit(
            pipeline.batches(dataset.train, 32, shuffle=True),
            validation_data=pipeline.batches(dataset.validation, 32),
            epochs=2,
            verbose=0,
        )
    assert len(history.history["val_loss"]) == 2
