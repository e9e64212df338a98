"""The window: the only part of qviz that knows Qt.

``app`` starts it, ``session`` says what it shows, ``workbench`` has the work done in worker
processes, ``views`` draw frozen results and know nothing of the rest.
"""
