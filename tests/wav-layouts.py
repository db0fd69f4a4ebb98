"""wav-layouts.py DIR: WAV files of each sample format in each layout of chunks that is
legitimate, or that so many programs write that it has to be read: FORMAT-LAYOUT.wav. All
files of one format hold the same samples."""

import os
import random
import struct
import sys

from wavbytes import ALAW, FLOAT, MULAW, PCM, chunk, extensible, fmt, wav

FORMATS = {"pcm8": (PCM, 8), "pcm16": (PCM, 16), "pcm24": (PCM, 24), "pcm32": (PCM, 32), "float32": (FLOAT, 32),
           "float64": (FLOAT, 64), "alaw": (ALAW, 8), "mulaw": (MULAW, 8)}
COUNT = 101  # odd, so that odd sizes need a pad byte
ODD = chunk(b"bext", b"three")
LIST = chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"a program"))
FACT = chunk(b"fact", struct.pack("<I", COUNT))


def samples(tag, bits):
    """The bytes of each sample, little-endian, with the ends of the range among them."""
    rng = random.Random(bits * 16 + tag)
    if tag == FLOAT:
        values = [0, 1, -1, 1.5, -2.5, 0.5 / 32768] + [rng.uniform(-1, 1) for _ in range(COUNT - 6)]
        return [struct.pack("<f" if bits == 32 else "<d", value) for value in values]
    size = bits // 8
    ends = [bytes(size), b"\xff" * size, b"\xff" * (size - 1) + b"\x7f", bytes(size - 1) + b"\x80"]
    return ends + [rng.randbytes(size) for _ in range(COUNT - 4)]


def layouts(tag, bits, data):
    """Pairs of a layout's name and the file."""
    plain = fmt(tag, bits=bits)
    whole = wav(plain, data)
    yield "plain", whole
    yield "fmt18", wav(fmt(tag, bits=bits, more=b"\0\0"), data)
    yield "extensible", wav(extensible(tag, bits), data)
    yield "fact", wav(plain, data, between=FACT)
    yield "list-before-fmt", wav(plain, data, before=LIST)
    yield "odd-before-fmt", wav(plain, data, before=ODD)
    yield "odd-before-data", wav(plain, data, between=ODD + LIST)
    yield "many-before-data", wav(plain, data, before=LIST + ODD, between=FACT + ODD + LIST + chunk(b"PAD ", bytes(4060)))
    yield "misleading-chunk", wav(plain, data, before=chunk(b"junk", b"fmt \4\0\0\0data\4\0\0\0"))
    yield "list-after-data", wav(plain, data, after=LIST)
    yield "unknown-after-data", wav(plain, data, after=chunk(b"\0\1\2\3", b"what is this?"))
    yield "tag-after-data", wav(plain, data, after=b"TAG" + bytes(125))
    yield "zeros-after-data", wav(plain, data, after=bytes(512))
    yield "data-twice", wav(plain, data, after=chunk(b"data", bytes(len(data))))
    yield "no-pad", whole[:44 + len(data)]
    yield "riff-0", wav(plain, data, riff_claim=0)
    yield "riff-too-long", wav(plain, data, riff_claim=2**31)
    yield "riff-too-short", wav(plain, data, riff_claim=36)
    yield "open-7ffff000", wav(plain, data, claim=0x7FFFF000, riff_claim=0x7FFFF024)[:44 + len(data)]
    yield "open-ffffffff", wav(plain, data, claim=0xFFFFFFFF, riff_claim=0xFFFFFFFF)[:44 + len(data)]


def main(folder):
    for name, (tag, bits) in FORMATS.items():
        values = samples(tag, bits)
        files = dict(layouts(tag, bits, b"".join(values)))
        big = b"".join(value[::-1] for value in values)
        files["rifx"] = wav(fmt(tag, bits=bits, order=">"), big, order=">")
        files["rifx-chunks"] = wav(fmt(tag, bits=bits, order=">"), big, order=">", before=chunk(b"bext", b"three", ">"),
                                   after=chunk(b"LIST", b"INFO", ">"))
        for layout, data in files.items():
            with open(os.path.join(folder, f"{name}-{layout}.wav"), "wb") as f:
                f.write(data)


main(sys.argv[1])
