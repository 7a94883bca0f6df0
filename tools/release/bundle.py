"""Files in one .zip that is the same wherever and whenever it is made."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

_THEN = (1980, 1, 1, 0, 0, 0)  # the first time that the format knows
_MODE = 0o644 << 16
_UNIX = 3


def bundle(files: Mapping[str, bytes]) -> bytes:
    """{path: content}, in the order of the names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(name, _THEN)
            about.external_attr = _MODE
            about.create_system = _UNIX
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, files[name])
    return out.getvalue()


def below(folder: Path) -> dict[str, bytes]:
    """{path from `folder`: content} of every file in it."""
    paths = [path for path in folder.glob("**/*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
