"""Where opened exports stay: a database of files with what was found in them.

Examples
--------
>>> from retnet_core.store import Store, engine_for
>>> store = Store(engine_for("data/kept/datasets.sqlite"))
>>> [record.name for record in store.list()]
[]
"""

from retnet_core.store.engine import NO_DATABASE, engine_for, prepare
from retnet_core.store.errors import StoreError
from retnet_core.store.record import Record
from retnet_core.store.store import Store

__all__ = ["NO_DATABASE", "Record", "Store", "StoreError", "engine_for", "prepare"]
