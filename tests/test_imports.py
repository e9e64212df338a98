"""How the modules of qviz import each other, imports inside of functions included."""

from __future__ import annotations

import graphlib

import grimp


def test_no_module_imports_what_imports_it() -> None:
    imports = grimp.build_graph("qviz", cache_dir=None)
    needs = {name: imports.find_modules_directly_imported_by(name) for name in imports.modules}
    assert len(needs) > 200
    # A circle is a CycleError that names it.
    order = list(graphlib.TopologicalSorter(needs).static_order())
    assert order.index("qviz.errors") < order.index("qviz.ui.main_window")
