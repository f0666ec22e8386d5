"""What the generated samples look like: a module a data set, a row a class."""

from __future__ import annotations

from dlcv.data.sample_tables.fruits import FRUITS
from dlcv.data.sample_tables.garments import GARMENTS
from dlcv.data.sample_tables.objects import OBJECTS
from dlcv.data.sample_tables.pets import PETS
from dlcv.data.sample_tables.scene import BACKGROUNDS, PLAIN, Part, Scene

__all__ = ["BACKGROUNDS", "PLAIN", "SCENES", "Part", "Scene"]

# data set → its scenes, in the order of its classes.
SCENES: dict[str, tuple[Scene, ...]] = {
    "cats_vs_dogs": PETS,
    "cifar10": OBJECTS,
    "fashion_mnist": GARMENTS,
    "fruits360": FRUITS,
}
