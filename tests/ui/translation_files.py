"""Refreshes resources/translations from the texts of the window; ./run translations calls it.

What is new is left unfinished in the .ts file: write its translation there, and call it again.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TS = ROOT / "resources" / "translations" / "qviz_ko.ts"
QM = TS.with_suffix(".qm")
COMMAND = "./run translations"
_PATIENCE_S = 120


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the window and its translation, empty as long as that is unfinished.

    `context` is the class whose ``self.tr`` it is, empty where ``wording.tr`` translates it.
    """

    context: str
    source: str
    translation: str
    is_plural: bool
    is_finished: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.source


def texts(path: Path = TS) -> tuple[Text, ...]:
    """What a .ts file holds."""
    found = []
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            plural = translation.find("numerusform")
            said = (translation if plural is None else plural).text or ""
            finished = translation.get("type") is None and bool(said)
            name, source = context.findtext("name") or "", message.findtext("source") or ""
            found.append(Text(name, source, said, plural is not None, finished))
    return tuple(found)


def refresh_ts(path: Path) -> None:
    """Bring a .ts file up to what the source says now; what is gone is dropped."""
    from qviz.ui.told_below import told_below

    with tempfile.TemporaryDirectory() as folder:
        below = Path(folder) / "told_below.py"
        below.write_text("".join(f"tr({text!r})\n" for text in told_below()), encoding="utf-8")
        sources = [*sorted((ROOT / "qviz" / "ui").rglob("*.py")), below]
        options = ("-no-obsolete", "-locations", "none", "-target-language", "ko_KR")
        _tool("lupdate", *map(str, sources), *options, "-ts", str(path))


def release(ts: Path, qm: Path) -> None:
    """Write the .qm file that the window loads, and its checksum."""
    from qviz.ui.language import checksum_file

    _tool("lrelease", str(ts), "-qm", str(qm))
    digest = hashlib.sha256(qm.read_bytes()).hexdigest()
    checksum_file(qm).write_text(f"{digest}\n", encoding="ascii")


def placeholders(text: str) -> list[str]:
    """{0}, {1}, %n and tags: what a translation has to keep, in any order."""
    return sorted(re.findall(r"\{\d*\}|%n|</?\w+>", text))


def _tool(name: str, *arguments: str) -> None:
    # What PySide6 puts beside the interpreter, whatever PATH says.
    program = Path(sys.executable).parent / f"pyside6-{name}"
    done = subprocess.run(
        [str(program), *arguments], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")


def refresh(ts: Path) -> int:
    """Bring both files up to date and list what is to translate; 1 if there is something."""
    refresh_ts(ts)
    release(ts, ts.with_suffix(".qm"))
    found = texts(ts)
    waiting = [text for text in found if not text.is_finished]
    for text in waiting:
        print(f"to translate, {text.context or 'no class'}: {text.source}")  # noqa: T201
    print(f"{len(found)} texts, {len(waiting)} to translate in {ts}")  # noqa: T201
    return 1 if waiting else 0


def main() -> int:
    argparse.ArgumentParser(prog=COMMAND, description=__doc__).parse_args()
    return refresh(TS)


if __name__ == "__main__":
    raise SystemExit(main())
