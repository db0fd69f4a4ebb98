"""Called by tests/fsdd-load-formats.bats: oracle recordings FUNCTION. Recordings written byte by byte or by other
programs, and the rows and messages that they must give."""

import io
import os
import struct
import subprocess
import sys

import msgpack
import msgpack_numpy
import numpy as np

from common import main

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from wavbytes import ALAW, FLOAT, IMA_ADPCM, MS_ADPCM, PCM, chunk, extensible, fmt, wav  # noqa: E402

TONE = np.round(9000 * np.sin(np.arange(400) ** 1.5 / 40)).astype("<i2")
MONO, DATA = fmt(PCM), TONE.tobytes()


def load(data, *options, name="-"):
    """Status, rows and messages of fsdd-load on these bytes, from a pipe or in a file of that name."""
    if name != "-":
        with open(name, "wb") as f:
            f.write(data)
    p = subprocess.run(["fsdd-load", *options, name], input=data, capture_output=True, check=False)
    maps = msgpack.Unpacker(io.BytesIO(p.stdout), object_hook=msgpack_numpy.decode)
    return p.returncode, [row for m in maps for row in m["x"]], p.stderr.decode()


def gives(data, samples, *messages, options=(), name="-"):
    status, rows, said = load(data, *options, name=name)
    assert status == 0, said
    assert rows[0].dtype == np.dtype("<i2") and rows[0].tolist() == [int(s) for s in samples], (rows[0][:20], len(rows[0]))
    assert said == "".join("fsdd-load: warning: " + message + "\n" for message in messages), said


def refused(data, message, *options, name="-"):
    shown = "stdin" if name == "-" else name
    assert load(data, *options, name=name) == (1, [], f"fsdd-load: {shown}: {message}\n"), load(data, *options, name=name)


# Floating point, which every format but text lays out as IEEE has it.

def caf(values, flags):
    desc = struct.pack(">d4sIIIII", 8000, b"lpcm", flags, values.itemsize, 1, 1, 8 * values.itemsize)
    data = struct.pack(">I", 0) + values.tobytes()
    return (b"caff" + struct.pack(">HH", 1, 0) + b"desc" + struct.pack(">q", len(desc)) + desc +
            b"data" + struct.pack(">q", len(data)) + data)


def aifc(values):
    name = {4: b"fl32", 8: b"fl64"}[values.itemsize] + b"\0\0"
    comm = struct.pack(">HIHHQ", 1, len(values), 8 * values.itemsize, 0x400B, 8000 << 51) + name
    body = b"AIFC" + chunk(b"FVER", struct.pack(">I", 0xA2805140), ">") + chunk(b"COMM", comm, ">")
    body += chunk(b"SSND", bytes(8) + values.tobytes(), ">")
    return b"FORM" + struct.pack(">I", len(body)) + body


def w64(values):
    tail = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    form = fmt(FLOAT, bits=8 * values.itemsize)
    data = values.tobytes()
    body = b"wave" + tail + b"fmt " + tail + struct.pack("<Q", 24 + len(form)) + form
    body += b"data" + tail + struct.pack("<Q", 24 + len(data)) + data
    return b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + struct.pack("<Q", 24 + len(body)) + body


def au(values, order):
    kind = {4: 6, 8: 7}[values.itemsize]
    head = struct.pack(order + "6I", 0x2E736E64, 24, values.nbytes, kind, 8000, 1)
    return head + values.tobytes()


def ircam(values):
    head = struct.pack("<IfII", 0x0001A364, 8000, 1, {4: 4, 8: 8}[values.itemsize])
    return head.ljust(1024, b"\0") + values.tobytes()


def text(values):
    lines = ["; Sample Rate 8000", "; Channels 1", *(f"  {i / 8000:g}  {v!r}" for i, v in enumerate(values.tolist()))]
    return "\r\n".join(lines).encode() + b"\r\n"


def float_files(values):
    """Pairs of a file's name and its bytes."""
    for bits in 32, 64:
        small, big = values.astype(f"<f{bits // 8}"), values.astype(f">f{bits // 8}")
        yield f"{bits}.wav", wav(fmt(FLOAT, bits=bits), small.tobytes())
        yield f"{bits}x.wav", wav(fmt(FLOAT, bits=bits, order=">"), big.tobytes(), order=">")
        yield f"{bits}e.wav", wav(extensible(FLOAT, bits), small.tobytes())
        yield f"{bits}.caf", caf(big, 1)
        yield f"{bits}le.caf", caf(small, 3)
        yield f"{bits}.aifc", aifc(big)
        yield f"{bits}.w64", w64(small)
        yield f"{bits}.au", au(big, ">")
        yield f"{bits}le.au", au(small, "<")
        yield f"{bits}.sf", ircam(small)
    yield "text.dat", text(values)


def by_sox(values, name, *encoding):
    """A file as SoX writes it."""
    subprocess.run(["sox", "-D", "-V1", "-t", "s16", "-r", "8000", "-c", "1", "-", *encoding, name], check=True,
                   input=np.round(values * 32768).clip(-32768, 32767).astype("<i2").tobytes())
    with open(name, "rb") as f:
        return f.read()


def floats():
    """Whatever holds them: those within full scale are what they say, the others are clipped with a warning, and what is
    not finite is refused with its number."""
    values = np.array([0, 0.5, -0.5, 0.25, -1, 1, 0.0625, -3 / 32768])
    exact = [0, 16384, -16384, 8192, -32768, 32767, 2048, -3]
    loud = np.array([0.5, 1.5, -32768, 1, -1, 12345.5])
    bits = "1 of 1 recording has more than 16 bits, rounded to 16"
    for name, data in float_files(values):
        gives(data, exact, bits, options=["-Fall"], name=name)
    for kind in "mat4", "mat5":
        quiet = by_sox(values / 8, "m." + kind, "-e", "floating-point", "-b", "32")
        gives(quiet, np.round(values * 4096), bits, options=["-Fall"], name="m." + kind)
    for name, data in float_files(loud):
        gives(data, [16384, 32767, -32768, 32767, -32768, 32767], bits,
              f"3 samples clipped, the largest is -32768 in {name}, expected -1 to 1 in floating point; "
              "16-bit samples divided by 32768 are", options=["-Fall"], name=name)
    for bad, shown in (np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"):
        for name, data in float_files(np.array([0.5, 1.5, bad, 0])):
            refused(data, f"sample 2 is {shown}, expected finite numbers", "-Fall", name=name)



def wavpack():
    """Floating point that is compressed without loss, by ffmpeg."""
    def encode(values):
        subprocess.run([*FFMPEG, "-y", "-f", "f32le", "-ar", "8000", "-ac", "1", "-i", "-", "-c:a", "wavpack", "a.wv"], check=True,
                       input=np.array(values * 100, "<f4").tobytes())
        with open("a.wv", "rb") as f:
            return f.read()
    gives(encode([0.5, 1.5, -1, -3]), [16384, 32767, -32768, -32768] * 100, "1 of 1 recording has more than 16 bits, rounded to 16",
          "200 samples clipped, the largest is -3 in a.wv, expected -1 to 1 in floating point; "
          "16-bit samples divided by 32768 are", options=["-Fwv"], name="a.wv")
    refused(encode([0.5, np.inf, 1.5, 0]), "sample 1 is inf, expected finite numbers", "-Fwv", name="a.wv")


# Lengths.

FFMPEG = ["ffmpeg", "-nostdin", "-v", "error"]
ROUNDED = "1 of 1 recording has more than 16 bits, rounded to 16"


def pipes():
    """Other programs that write to a pipe, and know no length; GStreamer even fails when it cannot go back to mend it."""
    tone, rate = TONE.tolist(), "audio/x-raw,format={},channels=1,rate=8000"
    raw = ["-t", "s16", "-r", "8000", "-c", "1", "-"]
    s16 = ["-f", "s16le", "-ar", "8000", "-ac", "1", "-i", "-"]

    def from_pipe(command, samples, *messages, data=TONE.tobytes()):
        made = subprocess.run(command, input=data, capture_output=True, check=False).stdout
        gives(made, samples, *messages)
    for count in 400, 399, 398, 397:
        part = TONE[:count].tobytes()
        from_pipe(["sox", *raw, "-t", "wav", "-"], tone[:count], data=part)
        for bits in "24", "32":
            from_pipe(["sox", *raw, "-b", bits, "-t", "wav", "-"], tone[:count], ROUNDED, data=part)
        from_pipe(["sox", *raw, "-e", "float", "-t", "wav", "-"], tone[:count], ROUNDED, data=part)
        eight = [(s + 128 >> 8) * 256 for s in tone[:count]]
        from_pipe(["sox", "-D", *raw, "-b", "8", "-t", "wav", "-"], eight, data=part)
        for codec in "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le":
            said = () if codec == "pcm_s16le" else (ROUNDED,)
            from_pipe([*FFMPEG, *s16, "-c:a", codec, "-f", "wav", "-"], tone[:count], *said, data=part)
        from_pipe([*FFMPEG, *s16, "-rf64", "always", "-f", "wav", "-"], tone[:count], data=part)
        flac = subprocess.run([*FFMPEG, *s16, "-f", "flac", "-"], input=part, capture_output=True, check=True).stdout
        from_pipe(["flac", "-s", "-dc", "-"], tone[:count], data=flac)
    unknown = ["flac", "-s", "-c", "--endian=little", "--sign=signed", "--channels=1", "--bps=16", "--sample-rate=8000", "--force-raw-format", "-"]
    from_pipe(["flac", "-s", "-dc", "-"], tone, data=subprocess.run(unknown, input=DATA, capture_output=True, check=True).stdout)
    for kind, said in ("S16LE", ()), ("S24LE", (ROUNDED,)), ("F32LE", (ROUNDED,)):
        start = ["gst-launch-1.0", "-q", "fdsrc", "fd=0", "!", "rawaudioparse", "sample-rate=8000", "num-channels=1", "!"]
        to_wav = ["audioconvert", "dithering=0", "!", rate.format(kind), "!", "wavenc", "!", "fdsink", "fd=1"]
        from_pipe([*start, *to_wav], tone, *said)
    mp3 = subprocess.run(["lame", "--quiet", "-r", "-s", "8", "-m", "m", "-", "-"], input=TONE.tobytes() * 9, capture_output=True, check=True).stdout
    with open("a.mp3", "wb") as f:
        f.write(mp3)
    subprocess.run(["lame", "--quiet", "--decode", "a.mp3", "whole.wav"], check=True)
    with open("whole.wav", "rb") as f:
        whole = np.frombuffer(f.read()[44:], "<i2")
    from_pipe(["lame", "--quiet", "--decode", "a.mp3", "-"], whole)


def open_ended():
    """Numbers that stand for a length that is not known, and none at all."""
    large = [0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFDB, 0xFFFFF000, 0x80000000, 0x7FFFFFFF, 0x7FFFFFDB, 0x7FFFF000, 0x7FFFEFFF,
             0x7FFFEFFC, 0x7FFFE000, 0x7FFF0000, 2000 * 10**6, 1 << 30]
    for claim in [*large, 0]:
        for riff_claim in 0, 36, claim, (claim + 36) % 2**32:
            gives(wav(MONO, DATA, claim=claim, riff_claim=riff_claim), TONE)
    odd = np.frombuffer(DATA[:399 * 2], "<i2")
    data24 = b"".join(struct.pack("<i", s << 8)[:3] for s in odd.tolist())
    for claim in [*large, 0]:
        gives(wav(fmt(PCM, bits=24), data24, claim=claim), odd, ROUNDED)
    # GStreamer's list of tags after them is none of the samples.
    gives(wav(MONO, DATA, claim=0x7FFF0000, after=chunk(b"LIST", b"INFO")), TONE)
    gives(wav(MONO, DATA, claim=0, after=chunk(b"LIST", b"INFO" + chunk(b"INAM", b"name"))), TONE)
    # No samples, and other chunks after none.
    for data in wav(MONO, b""), wav(MONO, b"", after=chunk(b"LIST", b"INFO" + chunk(b"ISFT", b"a program"))):
        refused(data, "a recording of 0 samples, expected at least 1")
    # A length below that is one.
    refused(wav(MONO, DATA, claim=(1 << 30) - 2), "truncated: 400 samples, expected 536870911 as its header says")
    refused(wav(fmt(PCM, bits=24), data24, claim=1197 * 8), "truncated: 399 samples, expected 3192 as its header says")


def miscounted():
    """Lengths that are a little wrong in a file whose own length is right, and what is cut off."""
    for more in 2, 8, 36, 44:
        gives(wav(MONO, DATA, claim=800 + more), TONE, f"stdin: 800 bytes of samples, not {800 + more} as its header says")
    refused(wav(MONO, DATA, claim=800 + 46), "truncated: 400 samples, expected 423 as its header says")
    gives(wav(MONO, DATA, claim=801), TONE)
    data24 = b"".join(struct.pack("<i", s << 8)[:3] for s in TONE[:399].tolist())
    # The pad byte after an odd length, which the length counts or not, and which is there or not.
    for claim in 1197, 1198:
        gives(wav(fmt(PCM, bits=24), data24, claim=claim), TONE[:399], ROUNDED)
    gives(wav(fmt(PCM, bits=24), data24, riff_claim=36 + 1197)[:-1], TONE[:399], ROUNDED)
    gives(wav(fmt(PCM, bits=24), data24)[:-1], TONE[:399], ROUNDED)
    for rest in b"\1", b"\1\2\3":
        count = f"stdin: {len(rest) % 2} byte after the last whole sample, left out"
        gives(wav(MONO, DATA[:790] + rest), TONE[:395 + len(rest) // 2] if len(rest) == 1 else [*TONE[:395], 513], count)
    gives(wav(fmt(PCM, bits=32), b"".join(struct.pack("<i", s << 16) for s in TONE.tolist()) + b"\1\2\3"), TONE,
          "stdin: 3 bytes after the last whole sample, left out", ROUNDED)
    for size in 799, 798, 400, 2, 0:
        refused(wav(MONO, DATA)[:44 + size], f"truncated: {size // 2} sample{'s' * (size != 2)}, expected 400 as its header says")
    refused(wav(fmt(PCM, bits=24), data24)[:-2], "truncated: 398 samples, expected 399 as its header says")
    for order in "<", ">":
        refused(wav(fmt(ALAW, bits=8, order=order), bytes(400), order=order)[:-7], "truncated: 393 samples, expected 400 as its header says")


def several():
    """cat a.wav b.wav: the second is not dropped."""
    one, last = wav(MONO, DATA), wav(MONO, DATA[:40])
    message = "a WAV file after the first, expected one; name each as a file"
    odd = wav(fmt(PCM, bits=24), bytes(33))
    for first in one, odd, odd[:-1], wav(MONO, DATA, claim=0xFFFFFFFF), wav(MONO, DATA, claim=0), wav(MONO, DATA, after=chunk(b"LIST", b"INFO")):
        for second in last, wav(fmt(PCM, order=">"), DATA, order=">"), rf64(DATA):
            refused(first + second, message)
            refused(first + second, message, name="both.wav")
    refused(rf64(DATA) + last, message)


# Forms.

def rf64(data, form=b"RF64", claim=None, kind=MONO):
    size = len(data) if claim is None else claim
    body = b"WAVE" + chunk(b"ds64", struct.pack("<QQQI", 0, size, len(data) // 2, 0)) + chunk(b"fmt ", kind)
    return form + b"\xff\xff\xff\xff" + body + chunk(b"data", data, claim=0xFFFFFFFF)


def forms():
    """RF64, and samples that do not fill their bytes, which stand at the upper end of these."""
    for form in b"RF64", b"BW64":
        gives(rf64(DATA, form), TONE)
        gives(rf64(DATA, form, claim=0), TONE)
        refused(rf64(DATA, form, claim=900), "truncated: 400 samples, expected 450 as its header says")
        gives(rf64(bytes([0xD5, 0x55] * 10), form, kind=fmt(ALAW, bits=8)), [8, -8] * 10)
    for bits in 16, 24, 32:
        data = b"".join(struct.pack("<i", s << 16)[4 - bits // 8:] for s in TONE.tolist())
        said = [ROUNDED] * (bits > 16)
        for valid in 0, 12, bits - 4, bits - 1, bits:
            gives(wav(extensible(PCM, bits, valid=valid), data), TONE, *said)
        for plain in bits, bits - 4, bits - 7:
            gives(wav(fmt(PCM, bits=plain, align=bits // 8), data), TONE, *said)
        refused(wav(extensible(PCM, bits, valid=bits + 1), data), f"{bits + 1} valid bits of {bits}, expected at most those")
    gives(wav(extensible(FLOAT, 32, valid=24), (TONE / np.float32(32768)).astype("<f4").tobytes()), TONE, ROUNDED)


def adpcm():
    """What the standard does not allow in a block or a header."""
    standard = (256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)

    def ms(block=bytes(256), pairs=standard, count=7):
        more = struct.pack("<HHH", 4 + 4 * count, 500, count) + struct.pack(f"<{len(pairs)}h", *pairs)
        return wav(fmt(MS_ADPCM, bits=4, align=256, more=more), bytes(256) + block)
    assert load(ms())[0] == load(ms(b"\6" + bytes(255)))[0] == load(ms(b"\7" + bytes(255), (*standard, 1, 2), 8))[0] == 0
    other = "ADPCM of other coefficients than the standard's, expected those seven pairs first"
    for pairs, count in ((256, 1, *standard[2:]), 7), ((*standard[:-1], 0), 7), (standard[:-2], 6), (standard, 0), (standard[:-2], 7):
        refused(ms(pairs=pairs, count=count), other)
    refused(ms(b"\7" + bytes(255)), "ADPCM with index 7 in the head of block 1, expected 0 to 6")
    ima = wav(fmt(IMA_ADPCM, bits=4, align=256, more=b"\2\0\xf9\1"), bytes(256) + b"\0\0\x58" + bytes(253))
    assert load(ima)[0] == 0
    refused(ima.replace(b"\x58" + bytes(253), b"\x59" + bytes(253)), "ADPCM with index 89 in the head of block 1, expected 0 to 88")



# Other formats.

def sox_reads(name):
    command = ["sox", "-V1", "-D", name, "-b", "16", "-e", "signed-integer", "-t", "raw", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<i2")


def cut():
    """A recording of which only a part is there is refused in each format that tells its length."""
    values = 0.4 * np.sin(0.21 * np.arange(12000))
    kinds = ("wav au aiff aifc caf w64 flac ogg voc avr maud mat4 mat5 sph htk 8svx prc sndt wve smp wv hcom sds").split()
    for kind in kinds:
        data = by_sox(values, "a." + kind)
        gives(data, sox_reads("a." + kind), options=["-Fall"], name="a." + kind)
        for sixths in 3, 5:
            status, rows, said = load(data[:len(data) * sixths // 6], "-Fall", name="b." + kind)
            assert status == 1 and not rows and said.count("\n") == 1 and ", expected " in said, (kind, said)
    # Of the last bytes none is missed.
    for kind in "w64", "avr", "maud", "ogg", "voc", "mat4", "caf":
        data = by_sox(values, "a." + kind)
        status, rows, said = load(data[:-11], "-Fall", name="b." + kind)
        assert status == 1 and said.startswith(f"fsdd-load: b.{kind}: truncated: {len(data) - 11} bytes, expected "), said


def mpeg():
    """Each frame of a file, the last one too, whatever its length was thought to be; what LAME says of it is believed."""
    rng = np.random.default_rng(3)
    noise = (rng.normal(size=30000) * 4000).astype("<i2").tobytes()
    for options in ["-b", "32"], ["-b", "64"], ["-V", "4"], ["-b", "64", "-t"]:
        subprocess.run(["lame", "--quiet", "-r", "-s", "8", "-m", "m", "--resample", "8", *options, "-", "a.mp3"], input=noise, check=True)
        with open("a.mp3", "rb") as f:
            data = f.read()
        with open("padded.mp3", "wb") as f:
            f.write(data + bytes(8))
        want = sox_reads("padded.mp3")
        # SoX stops at the length that it guesses.
        row = load(data, "-Fmp3", name="a.mp3")[1][0]
        assert np.array_equal(row[:len(want)], want[:len(row)]), options
        count = subprocess.run(["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0",
                                "a.mp3"], capture_output=True, check=True).stdout
        frames = int(count.strip().rstrip(b","))
        tagged = b"Info" in data[:64] or b"Xing" in data[:64]
        assert len(row) in (576 * frames, 576 * (frames + tagged)), (len(row), frames)
        if tagged:
            refused(data[:-100], f"truncated: {len(data) - 100} bytes, expected {len(data)} as its header says", "-Fmp3", name="a.mp3")
    data = by_sox(rng.normal(size=30000) / 8, "a.mp2", "-r", "16000")
    row, want = load(data, "-Fall", name="a.mp2")[1][0], sox_reads("a.mp2")
    assert len(row) == len(want) + 1152 and np.array_equal(row[:len(want)], want)


def coarse():
    """Formats that SoX says to have 16 bits, or a length, and that have more or another."""
    values = 0.4 * np.sin(0.21 * np.arange(24000))
    for kind in "cvsd", "cvs", "dvms", "vms", "cvu", "lpc10", "ima", "gsm":
        data = by_sox(values, "a." + kind)
        gives(data, sox_reads("a." + kind), options=["-Fall"], name="a." + kind)


if __name__ == "__main__":
    main(globals())
