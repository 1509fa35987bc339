"""The tables, and the modules that are imported by name when one of theirs is first asked for.

Of `ext`, whose modules need optional packages, an application gets those that it imports itself.
"""

# It is there whenever this is read.
from PyInstaller.utils.hooks import (  # pyright: ignore[reportMissingModuleSource]
    collect_data_files,
    collect_submodules,
)

datas = collect_data_files("otcodes")
hiddenimports = [
    *collect_submodules("otcodes", filter=lambda name: not name.startswith("otcodes.ext.")),
    "otcodes.ext.validators",
]
