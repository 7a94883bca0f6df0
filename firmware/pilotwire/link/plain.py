"""Texts that any encoding can hold."""


def is_plain(text):
    """Whether the result can echo it in any encoding."""
    try:
        data = text.encode()  # not character by character: each would be interned for ever
    except UnicodeError:  # half a surrogate pair, on CPython
        return False
    return all(0x20 <= byte <= 0x7E for byte in data)
