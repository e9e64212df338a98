from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qviz.errors import ExportError
from qviz.formats.tflite import write_c_array

DATA = bytes(range(256)) + b"TFL3"


def test_every_byte_is_there() -> None:
    files = write_c_array(DATA, "digits")
    listed = re.findall("0x([0-9a-f]{2}),", files.source)
    assert bytes.fromhex("".join(listed)) == DATA
    assert "const unsigned int digits_len = 260;" in files.source
    assert '#include "digits.h"' in files.source
    assert "extern const unsigned char digits[];" in files.header


@pytest.mark.parametrize("name", ["", "2nd", "my model", "int", "a-b", "é"])
def test_a_name_that_c_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="cannot name an array in C"):
        write_c_array(DATA, name)


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")
def test_it_compiles_aligned(tmp_path: Path) -> None:
    files = write_c_array(DATA, "digits")
    (tmp_path / "digits.h").write_text(files.header)
    (tmp_path / "digits.cc").write_text(files.source)
    (tmp_path / "main.cc").write_text(
        '#include <cstdint>\n#include <cstdio>\n#include "digits.h"\n'
        "int main() {\n"
        "  if (reinterpret_cast<uintptr_t>(digits) % 16) return 1;\n"
        "  return std::fwrite(digits, 1, digits_len, stdout) == digits_len ? 0 : 2;\n"
        "}\n"
    )
    program = tmp_path / "program"
    subprocess.run(
        ["g++", "-std=c++11", "-Wall", "-Werror", "-o", program, "main.cc", "digits.cc"],
        cwd=tmp_path,
        check=True,
        timeout=60,
    )
    assert subprocess.run([program], stdout=subprocess.PIPE, check=True, timeout=10).stdout == DATA


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs a C compiler")
def test_it_compiles_as_c(tmp_path: Path) -> None:
    files = write_c_array(DATA, "digits")
    (tmp_path / "digits.h").write_text(files.header)
    (tmp_path / "digits.c").write_text(files.source)
    command = ["gcc", "-std=c11", "-Wall", "-Werror", "-c", "digits.c"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
