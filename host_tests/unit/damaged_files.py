"""What a failing flash, or somebody, may leave of a file. On CPython only."""


def damaged(rng, data):
    """`data` as a failing flash, or somebody, may leave it."""
    data = bytearray(data)
    size = len(data)
    kind = rng.randrange(8)
    at = rng.randrange(size + 1)
    if kind == 0:
        del data[at:]
    elif kind <= 3:
        for _ in range(kind * kind):
            if size:
                data[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif kind == 4:  # a stretch of noise, or of erased flash
        end = min(size, at + rng.randrange(80))
        data[at:end] = rng.choice((rng.randbytes(end - at), b"\xff" * (end - at), bytes(end - at)))
    elif kind == 5:
        data[at:at] = rng.randbytes(rng.randrange(40))
    elif kind == 6:
        del data[at : at + rng.randrange(80)]
    else:
        data = bytearray(rng.randbytes(rng.choice((0, 1, 8, 61, 256, rng.randrange(600)))))
    return data
