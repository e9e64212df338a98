"""A TFLite file as a C array, for microcontrollers that have no file system."""

from __future__ import annotations

import re
from typing import NamedTuple

from qviz.errors import ExportError

_BYTES_A_LINE = 12
# TensorFlow Lite Micro reads the flatbuffer in place and asks for this alignment.
_ALIGNMENT = 16
_C_KEYWORDS = frozenset(
    {
        *(
            "alignas",
            "auto",
            "bool",
            "break",
            "case",
            "catch",
            "char",
            "const",
            "default",
            "delete",
        ),
        *("do", "double", "enum", "extern", "float", "goto", "inline", "int", "long", "namespace"),
        *(
            "new",
            "operator",
            "private",
            "public",
            "register",
            "short",
            "signed",
            "sizeof",
            "static",
        ),
        *("struct", "switch", "template", "this", "throw", "typedef", "union", "unsigned", "using"),
        *("virtual", "void", "volatile"),
    }
)


class CArray(NamedTuple):
    """Text of the two files; the source includes ``<name>.h``."""

    header: str
    source: str


def write_c_array(data: bytes, name: str) -> CArray:
    """Header and source, C++ or C11, that hold `data` as ``const unsigned char <name>[]``.

    Parameters
    ----------
    data : bytes
        A TFLite file.
    name : str
        Of the array; ``<name>_len`` is its length in bytes.

    Raises
    ------
    ExportError
        If `name` cannot be the name of a variable in C.
    """
    check_array_name(name)
    guard = f"{name.upper()}_H_"
    header = (
        f"#ifndef {guard}\n#define {guard}\n\n"
        f"extern const unsigned char {name}[];\n"
        f"extern const unsigned int {name}_len;\n\n"
        f"#endif  // {guard}\n"
    )
    source = (
        f'#include "{name}.h"\n\n'
        # A keyword in C++ and in C from 2023; before that, C has it from this header.
        "#ifndef __cplusplus\n#include <stdalign.h>\n#endif\n\n"
        f"alignas({_ALIGNMENT}) const unsigned char {name}[] = {{\n"
        f"{_listed(data)}}};\n"
        f"const unsigned int {name}_len = {len(data)};\n"
    )
    return CArray(header, source)


def check_array_name(name: str) -> None:
    """Refuse what C does not take as the name of a variable.

    Raises
    ------
    ExportError
        If it is none.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or name in _C_KEYWORDS:
        raise ExportError(
            f"{name!r} cannot name an array in C. Use letters, digits and _, a letter first."
        )


def _listed(data: bytes) -> str:
    table = [f"0x{value:02x}," for value in range(256)]
    lines = (data[i : i + _BYTES_A_LINE] for i in range(0, len(data), _BYTES_A_LINE))
    return "".join("  " + " ".join([table[b] for b in line]) + "\n" for line in lines)
