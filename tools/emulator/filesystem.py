"""A directory tree as the littlefs image that a stock Pico W image mounts.

MicroPython's rp2 port formats the whole region anew unless the size of the filesystem found
there matches, so the image always fills it. Disk version 2.0 is what every release can read.
"""

from pathlib import Path

from littlefs import LittleFS, UserContext

_START = 0x12C000  # flash offset, blocks and block size of RPI_PICO_W, MicroPython 1.28
_BLOCKS = 212
_BLOCK = 4096
_DISK_VERSION = 0x00020000


def _littlefs(context, **options):
    """Not mounted: the library's own mount formats whatever it cannot read."""
    return LittleFS(
        context=context,
        mount=False,
        block_size=_BLOCK,
        block_count=_BLOCKS,
        prog_size=256,
        **options,
    )


def put_tree(flash, tree):
    """Replace the filesystem in `flash` (a chip's flash, from its first byte) by `tree`.

    `tree` maps paths on the board ("lib/x.mpy") to bytes, or is a host directory, or what `raw`
    gave of another board. What does not fit raises littlefs.LittleFSError.
    """
    if isinstance(tree, bytes):
        flash[_START : _START + _BLOCKS * _BLOCK] = tree
        return
    fs = _littlefs(UserContext(_BLOCKS * _BLOCK), disk_version=_DISK_VERSION)
    fs.format()
    fs.mount()
    for name, content in sorted(_files(tree).items()):
        folder = name.rpartition("/")[0]
        if folder:
            fs.makedirs(folder, exist_ok=True)
        with fs.open(name, "wb") as file:
            file.write(content)
    fs.unmount()
    flash[_START : _START + _BLOCKS * _BLOCK] = bytes(fs.context.buffer)


def raw(flash):
    """The filesystem byte for byte, whatever state it is in: what a power cut leaves."""
    return bytes(flash[_START : _START + _BLOCKS * _BLOCK])


def get_tree(flash):
    """The files of the filesystem in `flash` as {path: bytes}, as they stand this instant.

    The board's first write turns the disk version into its own; any version is read here.
    littlefs.LittleFSError if there is no filesystem.
    """
    fs = _littlefs(UserContext(buffer=bytearray(flash[_START : _START + _BLOCKS * _BLOCK])))
    fs.mount()
    tree = {}
    for root, _folders, names in fs.walk("/"):
        for name in names:
            path = f"{root.rstrip('/')}/{name}"
            with fs.open(path, "rb") as file:
                tree[path.lstrip("/")] = file.read()
    return tree


def _files(tree):
    if isinstance(tree, dict):
        return tree
    root = Path(tree)
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
