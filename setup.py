"""Package metadata of dlcv, the helper library of the course."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent

# Upper bounds only where a newer release is known to break the course:
# OpenCV 5 dropped Haar cascades, HOG and the Darknet importer.
REQUIRED = [
    "tensorflow>=2.20,<2.22",
    "keras>=3.10",
    "numpy",
    "opencv-python-headless>=4.10,<5",
    "matplotlib",
    "scikit-learn",
    "scikit-image",  # bundled test photographs
    "scipy",
    "pillow",
    "jupyter",
    "tensorboard",
    "tf-keras-vis",
    "pooch",
    "tqdm",
    "typer",
    "rich",
    "nbclient",
    "nbconvert",
    "latex2mathml",
    "packaging",
    "psutil",
    "requests",
    "threadpoolctl",
]
EXTRAS = {
    "openvino": ["openvino"],
    "test": [
        "pytest",
        "pytest-xdist",
        "pytest-timeout",
        "nbval==0.11.0",
        "hypothesis",
        "ruff",
        "codespell",
        "pycocotools",
        "openvino",  # so that the chapters that show it are run, not skipped
    ],
    "kaggle": ["kagglehub"],
    "gpu": ["tensorflow[and-cuda]>=2.20,<2.22"],
}
setup(
    name="dlcv",
    version="0.1.0",
    description="Helper library of a course in deep learning for computer vision",
    long_description=(HERE / "README.md").read_text(encoding="utf-8") if (HERE / "README.md").exists() else "",
    long_description_content_type="text/markdown",
    python_requires=">=3.11,<3.13",
    packages=find_packages(include=["dlcv", "dlcv.*"]),
    install_requires=REQUIRED,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["dlcv=dlcv.cli:main"]},
)
