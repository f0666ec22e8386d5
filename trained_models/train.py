"""Train the models that ship in this folder, from the real data sets.

    python trained_models/train.py mnist_cnn
    python trained_models/train.py cifar10

A run that is interrupted goes on where its last epoch ended when the command is given again. The test set is
read once, at the end, for the card; nothing was chosen by it. What was chosen by hand was chosen on the
validation split.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import dlcv

lesson = dlcv.start("04.1", seed=42, profile="full")

import keras  # noqa: E402 (after dlcv.start, which settles the device)
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from sklearn.metrics import confusion_matrix  # noqa: E402


@dataclass(frozen=True)
class Recipe:
    """How one model is trained; a row of the table below."""

    title: str
    data: str
    build: Callable[[], keras.Model]
    augment: Callable[[], list[layers.Layer]]
    optimizer: Callable[[keras.optimizers.schedules.LearningRateSchedule], keras.optimizers.Optimizer]
    peak_learning_rate: float
    epochs: int
    batch_size: int = 128
    label_smoothing: float = 0.0


RECIPES = {
    "mnist_cnn": Recipe(
        title="Handwritten digits, 0 to 9",
        data="mnist",
        build=dlcv.models.mnist_cnn,
        # Small moves and turns: the model is meant for digits on photos too, which nobody centred.
        augment=lambda: [
            layers.RandomTranslation(0.06, 0.06, fill_mode="constant"),
            layers.RandomRotation(0.03, fill_mode="constant"),
            layers.RandomZoom((-0.1, 0.1), fill_mode="constant"),
        ],
        optimizer=keras.optimizers.Adam,
        peak_learning_rate=1e-3,
        epochs=20,
    ),
    "cifar10": Recipe(
        title="Ten kinds of object in 32×32 pixels",
        data="cifar10",
        build=dlcv.models.cifar_resnet,
        augment=lambda: [
            layers.RandomFlip("horizontal"),
            # Whole pixels: interpolating would blur every training image, and no test image is blurred.
            layers.RandomTranslation(0.125, 0.125, fill_mode="reflect", interpolation="nearest"),
        ],
        optimizer=lambda rate: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=5e-3),
        peak_learning_rate=0.1,
        epochs=20,
        label_smoothing=0.1,
    ),
}


def _measured(model: keras.Model, images: np.ndarray, labels: np.ndarray, split: str) -> dict[str, object]:
    """Return what the card says of one split: accuracy, its interval, and the confusion matrix."""
    probabilities = model.predict(images, batch_size=500, verbose=0)
    low, high = dlcv.metrics.accuracy_interval(labels, probabilities)
    figure = dlcv.metrics.accuracy(labels, probabilities)
    print(f"{split}: {figure:.4f} [{low:.4f}, {high:.4f}] of {len(labels):,} images")
    return {
        "name": "accuracy",
        "value": round(figure, 4),
        "split": split,
        "images": len(labels),
        "interval_95": [round(low, 4), round(high, 4)],
        # Row: the right class; column: the network's answer.
        "confusion": confusion_matrix(labels, probabilities.argmax(axis=1)).tolist(),
    }


def train(name: str) -> None:
    """Train the model called `name` and store it with its card."""
    recipe = RECIPES[name]
    dataset = dlcv.data.load(recipe.data)
    if dataset.source == "sample":
        raise SystemExit(f"A model that ships is trained on real data: dlcv data get {recipe.data}")
    augment = keras.Sequential([keras.Input(dataset.image_shape), *recipe.augment()], name="augment")
    batches = dlcv.data.pipeline.batches(
        dataset.train, recipe.batch_size, shuffle=True, seed=lesson.seed, cache=True, augment=augment
    )
    validation = dlcv.data.pipeline.batches(dataset.validation, 500, cache=True)

    steps = recipe.epochs * -(-dataset.size("train") // recipe.batch_size)
    # Up over the first fifth, then down along a cosine to zero.
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.peak_learning_rate / 20,
        decay_steps=steps - steps // 5,
        warmup_target=recipe.peak_learning_rate,
        warmup_steps=steps // 5,
    )
    model = recipe.build()
    # One-hot labels inside the loss, since Keras smooths labels only there.
    classes = len(dataset.class_names)
    one_hot = lambda images, labels: (images, keras.ops.one_hot(labels, classes))  # noqa: E731
    model.compile(
        optimizer=recipe.optimizer(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing),
        metrics=["accuracy"],
    )
    run = f"build/training/{name}"
    model.fit(
        batches.map(one_hot),
        validation_data=validation.map(one_hot),
        epochs=recipe.epochs,
        verbose=2,
        callbacks=dlcv.callbacks.resumable(run),
    )
    metrics = [_measured(model, *dataset.arrays(split), split) for split in ("validation", "test")]
    file = dlcv.zoo.save(
        model,
        name,
        {
            "title": recipe.title,
            "data": recipe.data,
            "source": dataset.source,
            "licence": dataset.licence,
            "profile": lesson.profile,
            "seed": lesson.seed,
            "epochs": recipe.epochs,
            "batch_size": recipe.batch_size,
            "class_names": dataset.class_names,
            "input": "raw pixels 0–255, shape (N, {}, {}, {})".format(*dataset.image_shape),
            "architecture": f"dlcv.models.{recipe.build.__name__}",
            "trained_by": f"trained_models/train.py {name}",
            "metrics": metrics,
        },
    )
    print(f"{file.name}: {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(RECIPES))
    train(parser.parse_args().name)
