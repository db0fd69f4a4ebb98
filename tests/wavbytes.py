"""WAV files byte by byte, with no library of ours or of SoX."""

import struct

PCM, MS_ADPCM, FLOAT, ALAW, MULAW, IMA_ADPCM, MP3 = 1, 2, 3, 6, 7, 0x11, 0x55
EXTENSIBLE = 0xFFFE
GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(name, data, order="<", claim=None):
    size = len(data) if claim is None else claim
    return name + struct.pack(order + "I", size) + data + b"\0" * (len(data) % 2)


def fmt(tag, channels=1, rate=8000, bits=16, more=b"", align=None, order="<"):
    align = channels * bits // 8 if align is None else align
    per_second = rate * align % 2**32
    return struct.pack(order + "HHIIHH", tag, channels, rate, per_second, align, bits) + more


def extensible(tag, bits, more=b"", order="<", valid=None, **rest):
    extra = struct.pack(order + "HHIH", 22, bits if valid is None else valid, 4, tag) + GUID_TAIL + more
    return fmt(EXTENSIBLE, bits=bits, more=extra, order=order, **rest)


def wav(format_chunk, data, order="<", claim=None, riff_claim=None, before=b"", between=b"", after=b""):
    body = b"WAVE" + before + chunk(b"fmt ", format_chunk, order) + between
    body += chunk(b"data", data, order, claim) + after
    size = len(body) if riff_claim is None else riff_claim
    return (b"RIFX" if order == ">" else b"RIFF") + struct.pack(order + "I", size) + body
