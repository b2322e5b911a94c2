"""Restores a disk of a plain repository, from docs/repository-format.md alone: not a line of it knows the C# code.

read_repository.py REPOSITORY POINT DISK OUTPUT

Checks whatever the format lets a reader check: names against contents, hashes of bodies, blocks, stored bytes and blobs.
"""
import ctypes
import hashlib
import json
import os
import struct
import sys

zstd = ctypes.CDLL("libzstd.so.1")
zstd.ZSTD_decompress.restype = ctypes.c_size_t
zstd.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def expect(condition, what):
    if not condition:
        sys.exit(f"not as the format says: {what}")


def read_document(path):
    text = open(path, "rb").read()
    expect(text.startswith(b'{"sha256":"') and text[75:84] == b'","body":' and text.endswith(b"}"), path)
    body = text[84:-1]
    expect(sha256(body).hex() == text[11:75].decode(), f"the hash of {path}")
    return json.loads(body)


def read_table(path, name):
    """The rows of a pack, by id: offset, stored hash, stored length, plain length, codec."""
    pack = open(path, "rb").read()
    expect(pack[:8] == b"LVBPACK1" and pack[-8:] == b"LVBTABL1" and len(pack) <= 16 << 20, path)
    count, = struct.unpack("<I", pack[-12:-8])
    table = pack[-12 - 73 * count:-12]
    expect(sha256(pack[8:24], table, pack[-12:-8]).hex() == name, f"the name of {path}")
    rows, offset = {}, 24
    for at in range(0, len(table), 73):
        blob, digest, stored, plain, codec = struct.unpack("<32s32sIIB", table[at:at + 73])
        expect(sha256(pack[offset:offset + stored]) == digest, f"stored bytes at {offset} of {path}")
        expect(blob not in rows, f"one id twice in {path}")
        rows[blob] = (offset, stored, plain, codec)
        offset += stored
    expect(offset == len(pack) - 12 - len(table), f"the length of {path}")
    return rows, pack[8:24], len(pack)


def read_packs(root):
    packs = {}
    for folder, _, names in os.walk(os.path.join(root, "packs")):
        for name in names:
            expect(os.path.basename(folder) == name[:2], f"the folder of pack {name}")
            packs[bytes.fromhex(name)] = (os.path.join(folder, name), *read_table(os.path.join(folder, name), name))
    return packs


def read_indexes(root, packs):
    """Where each blob is: pack, offset, stored length, plain length, codec."""
    blobs = {}
    for name in os.listdir(os.path.join(root, "indexes")):
        index = open(os.path.join(root, "indexes", name), "rb").read()
        expect(index[:8] == b"LVBINDX1", name)
        p, n = struct.unpack("<II", index[8:16])
        b = -(-n // 64)
        blocks = 16 + 52 * p
        entries = blocks + 24 * b
        expect(n <= 1 << 20 and len(index) == entries + 49 * n, f"the length of index {name}")
        expect(sha256(index[:entries]).hex() == name, f"the name of index {name}")
        named = []
        for at in range(16, blocks, 52):
            pack, salt, length = struct.unpack("<32s16sI", index[at:at + 52])
            expect(packs[pack][2:] == (salt, length), f"pack {pack.hex()} as index {name} has it")
            named.append(pack)
        last = b""
        for block in range(b):
            first, digest = struct.unpack("<Q16s", index[blocks + 24 * block:blocks + 24 * (block + 1)])
            content = index[entries + 49 * 64 * block:entries + 49 * 64 * (block + 1)]
            expect(sha256(content)[:16] == digest, f"block {block} of index {name}")
            expect(struct.unpack(">Q", content[:8])[0] == first, f"the first id of block {block} of index {name}")
            for at in range(0, len(content), 49):
                blob, pack, *place = struct.unpack("<32sIIIIB", content[at:at + 49])
                expect(last < blob, f"the order of index {name}")
                expect(packs[named[pack]][1][blob] == tuple(place), f"blob {blob.hex()} in pack and index")
                blobs[blob] = (packs[named[pack]][0], *place)
                last = blob
    return blobs


def read_blob(blobs, blob):
    path, offset, stored, plain, codec = blobs[blob]
    with open(path, "rb") as pack:
        pack.seek(offset)
        content = pack.read(stored)
    if codec == 1:
        buffer = ctypes.create_string_buffer(plain)
        expect(zstd.ZSTD_decompress(buffer, plain, content, stored) == plain, f"the frame of {blob.hex()}")
        content = buffer.raw
    expect(len(content) == plain and sha256(content) == blob, f"blob {blob.hex()}")
    return content


def restore(blobs, root, size, chunk, output):
    """Chunks of data go to the file; what is a hole or zeroes stays a hole there."""
    chunks = -(-size // chunk)
    level, below = 0, 1  # of the root, and the chunks that one of its entries stands for
    while 256 * below < chunks:
        level, below = level + 1, below * 256

    def walk(node, level, below, first):
        content = read_blob(blobs, node)
        expect(content[:5] == b"LVBMN" and content[5] == level, f"node {node.hex()}")
        count = min(256, -(-(chunks - first) // below))
        kinds, ids = content[6:6 + count], content[6 + count:]
        expect(len(ids) == 32 * kinds.count(2) and max(kinds) <= 2, f"the entries of node {node.hex()}")
        at = 0
        for i, kind in enumerate(kinds):
            if kind != 2:
                continue
            child, at = ids[at:at + 32], at + 32
            if level > 0:
                walk(child, level - 1, below // 256, first + i * below)
                continue
            data = read_blob(blobs, child)
            expect(len(data) == min(chunk, size - (first + i) * chunk), f"the length of chunk {first + i}")
            output.seek((first + i) * chunk)
            output.write(data)

    output.truncate(size)
    if root not in ("hole", "zero"):
        walk(bytes.fromhex(root), level, below, 0)


def main(root, point, name, output):
    config = read_document(os.path.join(root, "config.json"))
    expect(config["version"] == 1 and not config["encrypted"], "config.json")
    manifest = read_document(os.path.join(root, "points", point + ".json"))
    disk = next(one for one in manifest["disks"] if one["name"] == name)
    blobs = read_indexes(root, read_packs(root))
    with open(output, "wb") as file:
        restore(blobs, disk["root"], disk["virtualSizeBytes"], config["chunkSizeBytes"], file)


if __name__ == "__main__":
    main(*sys.argv[1:])
