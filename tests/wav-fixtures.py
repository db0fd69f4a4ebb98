"""wav-fixtures.py DIR: the WAV files that the tests load, written byte by byte with
no library of ours or of SoX, and beside each good one, NAME.wav, its samples as
16-bit little-endian numbers, NAME.i16."""

import os
import struct
import sys

import numpy as np

from wavbytes import (ALAW, FLOAT, IMA_ADPCM, MP3, MS_ADPCM, MULAW, PCM, chunk, extensible, fmt, wav)

MS_COEFFICIENTS = (256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)

os.chdir(sys.argv[1])


def put(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def good(name, data, samples):
    put("kinds/%s.wav" % name, data)
    put("kinds/%s.i16" % name, np.asarray(samples).astype("<i2").tobytes())


# The samples that each kind stands for.

def rounded(samples, bits):
    """From more bits to 16: to the nearest, ties up, what is then too large cut off."""
    half = 1 << (bits - 17)
    return np.minimum((samples.astype(np.int64) + half) >> (bits - 16), 32767)


def from_float(values):
    scaled = values.astype(np.float64) * 2**31
    return rounded(np.clip(np.trunc(scaled + np.copysign(0.5, scaled)), -(2**31), 2**31 - 1), 32)


def expand_alaw(code):
    code ^= 0x55
    segment, step = code >> 4 & 7, code & 15
    size = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return size if code & 0x80 else -size


def expand_mulaw(code):
    code ^= 0xFF
    size = (((code & 15) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    return -size if code & 0x80 else size


def bytes24(samples, order="<"):
    raw = samples.astype(order + "i4").view(np.uint8).reshape(-1, 4)
    return (raw[:, :3] if order == "<" else raw[:, 1:]).tobytes()


codes = np.arange(256, dtype=np.uint8)
s16 = np.array([0, 1, -1, 2, 32767, -32768, 255, 256, -256, 12345, -23456], dtype=np.int16)
# Ties and their neighbours, and the two ends.
s24 = np.array([0, 1, -1, 127, 128, 129, -127, -128, -129, 256, 384, 0x7FFF7F, 0x7FFF80, 0x7FFFFF, -0x800000,
                -0x7FFF80, -0x7FFF81, 1234567])
s32 = np.array([0, 1, 32767, 32768, 32769, -32767, -32768, -32769, 98304, 2**31 - 1, 2**31 - 32769, 2**31 - 32768,
                -(2**31), 123456789])
floats = np.array([0, 0.5, -0.5, 1, -1, 1.5, -2.5, 0.5 / 32768, -0.5 / 32768, 1.5 / 32768, 0.75 / 32768,
                   0.123456789, 32767.4 / 32768, 32767.5 / 32768])
sweep = np.round(9000 * np.sin(np.arange(400) ** 1.5 / 40)).astype(np.int16)

plain = s16.astype("<i2").tobytes()
good("pcm8", wav(fmt(PCM, bits=8), codes.tobytes()), (codes.astype(int) - 128) * 256)
good("pcm8-odd", wav(fmt(PCM, bits=8), b"\x80\x81\x7f"), [0, 256, -256])
good("pcm16", wav(fmt(PCM), plain), s16)
good("pcm24", wav(fmt(PCM, bits=24), bytes24(s24)), rounded(s24, 24))
good("pcm32", wav(fmt(PCM, bits=32), s32.astype("<i4").tobytes()), rounded(s32, 32))
good("float32", wav(fmt(FLOAT, bits=32, more=b"\0\0"), floats.astype("<f4").tobytes()),
     from_float(floats.astype("<f4")))
good("float64", wav(fmt(FLOAT, bits=64, more=b"\0\0"), floats.astype("<f8").tobytes()), from_float(floats))
good("alaw", wav(fmt(ALAW, bits=8, more=b"\0\0"), codes.tobytes()), [expand_alaw(int(c)) for c in codes])
good("mulaw", wav(fmt(MULAW, bits=8, more=b"\0\0"), codes.tobytes()), [expand_mulaw(int(c)) for c in codes])
good("extensible8", wav(extensible(PCM, 8), codes.tobytes()), (codes.astype(int) - 128) * 256)
good("extensible16", wav(extensible(PCM, 16), plain), s16)
good("extensible24", wav(extensible(PCM, 24), bytes24(s24)), rounded(s24, 24))
good("extensible-float", wav(extensible(FLOAT, 32), floats.astype("<f4").tobytes()), from_float(floats.astype("<f4")))
good("rifx16", wav(fmt(PCM, order=">"), s16.astype(">i2").tobytes(), order=">"), s16)
good("rifx24", wav(fmt(PCM, bits=24, order=">"), bytes24(s24, ">"), order=">"), rounded(s24, 24))
good("rifx-float", wav(fmt(FLOAT, bits=32, more=b"\0\0", order=">"), floats.astype(">f4").tobytes(), order=">"),
     from_float(floats.astype("<f4")))

odd = chunk(b"bext", b"three") + chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"a program"))
good("chunks", wav(fmt(PCM), plain, before=odd, between=chunk(b"fact", struct.pack("<I", 11)) + odd, after=odd), s16)
good("chunks-misleading", wav(fmt(PCM), plain, before=chunk(b"junk", b"data\4\0\0\0fmt ")), s16)
good("fmt18", wav(fmt(PCM, more=b"\0\0"), plain), s16)
good("no-riff-length", wav(fmt(PCM), plain, riff_claim=0), s16)
good("open-7ffff000", wav(fmt(PCM), plain, claim=0x7FFFF000, riff_claim=0x7FFFF024), s16)
good("open-ffffffff", wav(fmt(PCM), plain, claim=0xFFFFFFFF, riff_claim=0xFFFFFFFF), s16)
good("open-8bit", wav(fmt(PCM, bits=8), codes.tobytes(), claim=0xFFFFFFFF, riff_claim=0xFFFFFFFF),
     (codes.astype(int) - 128) * 256)
good("one-sample", wav(fmt(PCM), b"\x39\x30"), [12345])

put("good.wav", wav(fmt(PCM), sweep.astype("<i2").tobytes()))
put("good.i16", sweep.astype("<i2").tobytes())
put("twin.wav", wav(fmt(PCM), (-sweep[:300]).astype("<i2").tobytes()))
put("stereo.wav", wav(fmt(PCM, channels=2), np.repeat(sweep, 2).astype("<i2").tobytes()))
put("fast.wav", wav(fmt(PCM, rate=11025), sweep.astype("<i2").tobytes()))

# What must be refused.

put("bad/stereo.wav", wav(fmt(PCM, channels=2), plain + b"\0\0"))
put("bad/65535-channels.wav", wav(fmt(PCM, channels=65535, align=2), plain))
put("bad/0-channels.wav", wav(fmt(PCM, channels=0), plain))
put("bad/0-hz.wav", wav(fmt(PCM, rate=0), plain))
put("bad/4294967295-hz.wav", wav(fmt(PCM, rate=2**32 - 1), plain))
put("bad/10000001-hz.wav", wav(fmt(PCM, rate=10**7 + 1), plain))
put("bad/0-samples.wav", wav(fmt(PCM), b""))
put("bad/half-a-sample.wav", wav(fmt(PCM), b"\1"))
put("bad/12-bits.wav", wav(fmt(PCM, bits=12, align=2), plain))
put("bad/mp3-inside.wav", wav(fmt(MP3, bits=0, more=b"\0\0"), plain))
put("bad/unknown-inside.wav", wav(fmt(0x7777), plain))
put("bad/text.wav", b"Not a recording, only some text that is longer than a header of 44 bytes.\n")
put("bad/png.wav", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x20\x08\x02\0\0\0\xfc\x18\xed\xa3" + b"\xff" * 40)
put("bad/avi.wav", wav(fmt(PCM), plain).replace(b"WAVE", b"AVI "))
put("bad/zeros.wav", bytes(4096))
put("bad/no-fmt.wav", b"RIFF\x10\0\0\0WAVE" + chunk(b"data", plain))
put("bad/short-fmt.wav", b"RIFF\x30\0\0\0WAVE" + chunk(b"fmt ", fmt(PCM)[:14]) + chunk(b"data", plain))
put("bad/no-data.wav", b"RIFF\x20\0\0\0WAVE" + chunk(b"fmt ", fmt(PCM)))
put("bad/chunk-too-long.wav", wav(fmt(PCM), plain, before=chunk(b"junk", b"four", claim=0x7FFFFFFF)))
put("bad/chunk-wraps.wav", wav(fmt(PCM), plain, before=chunk(b"junk", b"four", claim=0xFFFFFFFF)))
put("bad/empty.wav", b"")
put("bad/truncated.wav", wav(fmt(PCM), plain)[:49])
put("bad/truncated-rifx.wav", wav(fmt(PCM, order=">"), plain, order=">")[:50])
put("bad/truncated-float.wav", wav(fmt(FLOAT, bits=32), bytes(16))[:54])
big = s16.astype(">i2").tobytes()
comm = struct.pack(">HIHHQ", 1, len(s16), 16, 0x400B, 8000 << 51)
aiff = b"AIFF" + chunk(b"COMM", comm, ">") + chunk(b"SSND", bytes(8) + big, ">")
put("good.au", b".snd" + struct.pack(">5I", 24, len(big), 3, 8000, 1) + big)
put("good.aiff", b"FORM" + struct.pack(">I", len(aiff)) + aiff)
for extension in "au", "aiff":
    with open("good." + extension, "rb") as f:
        put("bad/truncated." + extension, f.read()[:-8])

whole = wav(fmt(PCM), sweep[:10].astype("<i2").tobytes())
for size in range(len(whole)):
    put("truncated/%d.wav" % size, whole[:size])


# ADPCM whose blocks claim to hold too few samples, or more than fit into their bytes.

def ms_adpcm(samples, make=fmt, tag=MS_ADPCM, align=256, order="<"):
    more = struct.pack(order + "HHH14h", 32, samples, 7, *MS_COEFFICIENTS)
    if make is extensible:
        return wav(extensible(tag, 4, more, align=align), bytes(4 * align))
    return wav(fmt(tag, bits=4, more=more, align=align, order=order), bytes(4 * align), order=order)


def ima_adpcm(samples, align=256):
    return wav(fmt(IMA_ADPCM, bits=4, more=struct.pack("<HH", 2, samples), align=align), bytes(4 * align))


for count in 0, 1, 501:
    put("adpcm/ms-%d.wav" % count, ms_adpcm(count))
    put("adpcm/ms-%d-rifx.wav" % count, ms_adpcm(count, order=">"))
    put("adpcm/ms-%d-extensible.wav" % count, ms_adpcm(count, extensible))
    put("adpcm/ms-%d.WAV" % count, ms_adpcm(count))
    put("adpcm/ms-%d.wavpcm" % count, ms_adpcm(count))
    put("adpcm/ms-%d.amb" % count, ms_adpcm(count))
    put("adpcm/ms-%d.unknown" % count, ms_adpcm(count))
for count in 0, 1, 506:
    put("adpcm/ima-%d.wav" % count, ima_adpcm(count))
put("adpcm/ms-small-block.wav", ms_adpcm(2, align=6))
put("adpcm/ms-no-block.wav", ms_adpcm(2, align=0))
put("adpcm/ms-short-fmt.wav", wav(fmt(MS_ADPCM, bits=4, align=256), bytes(1024)))
